use std::sync::Arc;
use std::time::Duration;

use pbx_kernel::Source;
use pbx_listener::{Arrival, Serve, Stopping, Turn};
use russh::Disconnect;
use russh::server::{Config, RunningSession, run_stream};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{SetOnce, oneshot};
use tokio::time::{sleep, timeout};

use crate::caller::Caller;
use crate::leash::{Cut, Leash};
use crate::{Plane, Settings};

/// Serves connections over SSH.
pub struct Shell<P> {
    plane: P,
    config: Arc<Config>,
}

impl<P: Plane> Shell<P> {
    /// The SSH of `plane`.
    pub fn new(plane: P, settings: Settings) -> Self {
        Self { plane, config: settings.config() }
    }
}

impl<P: Plane> Serve for Shell<P> {
    fn serve(&self, arrival: Arrival, stopping: Stopping) -> impl Future<Output = ()> + Send + 'static {
        let Arrival { stream, source, mut permit } = arrival;
        let (plane, config) = (self.plane.clone(), Arc::clone(&self.config));
        async move {
            let settle = || permit.settle();
            let turn = Turn::once_heard(&stream).await;
            converse(plane, config, stream, source, turn, settle, stopping).await;
        }
    }
}

/// Serves one connection to its end; calls `settle` once somebody is logged in.
pub(crate) async fn converse<P, S>(
    plane: P,
    config: Arc<Config>,
    stream: S,
    source: Source,
    turn: Option<Turn>,
    settle: impl FnOnce() + Send,
    mut stopping: Stopping,
) where
    P: Plane,
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (stream, cut) = Leash::new(stream);
    let (admit, admitted) = oneshot::channel();
    let handle = Arc::new(SetOnce::new());
    let grace = sleep(LOGIN_TIME_MAX);
    tokio::pin!(grace);
    let caller = Caller::new(plane, source, Arc::clone(&handle), admit, turn);
    let begun = tokio::select! {
        begun = run_stream(config, stream, caller) => begun,
        () = &mut grace => return tracing::debug!(%source, "a connection did not say what it is"),
        () = stopping.requested() => return,
    };
    let mut running = match begun {
        Ok(running) => running,
        Err(error) => return tracing::debug!(%source, %error, "a connection does not speak SSH"),
    };
    // It is set here only, and once.
    let _ = handle.set(running.handle());
    tokio::select! {
        ended = &mut running => return report(source, ended),
        () = &mut grace => {
            tracing::debug!(%source, "nobody logged in in time");
            return finish(running, cut).await;
        }
        () = stopping.requested() => return finish(running, cut).await,
        Ok(()) = admitted => settle(),
    }
    tokio::select! {
        ended = &mut running => report(source, ended),
        () = stopping.requested() => finish(running, cut).await,
    }
}

/// Ends a connection: says so, and cuts it where the client does not hang up. Its session has ended when this returns.
async fn finish<P: Plane>(mut running: RunningSession<Caller<P>>, cut: Cut) {
    let handle = running.handle();
    let why = "the connection is closed by the server".to_owned();
    let goodbye = async {
        // An error means that it has ended already.
        let _ = handle.disconnect(Disconnect::ByApplication, why, String::new()).await;
        let _ = (&mut running).await;
    };
    if timeout(GOODBYE_TIME_MAX, goodbye).await.is_err() {
        drop(cut);
        let _ = timeout(GOODBYE_TIME_MAX, running).await;
    }
}

fn report(source: Source, ended: Result<(), crate::caller::Error>) {
    if let Err(error) = ended {
        let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        tracing::debug!(%source, %error, cause, "a connection ended early");
    }
}

/// How long a connection may take until somebody is logged in: half of what OpenSSH's server gives.
pub(crate) const LOGIN_TIME_MAX: Duration = Duration::from_mins(1);

/// How long a client may take to hang up once it was told to.
const GOODBYE_TIME_MAX: Duration = Duration::from_millis(500);
