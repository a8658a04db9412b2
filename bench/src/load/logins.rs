//! Logins: with one command each, or held.

use std::sync::Arc;
use std::time::Duration;

use anyhow::bail;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::ssh::{Connection, Shell};
use super::{Outcome, Target};

/// Logs in, runs `command` and hangs up until `load` is over, as `clients` in parallel.
pub(super) async fn perform(target: Target, clients: usize, command: &str, load: Duration) -> Outcome {
    let until = Instant::now() + load;
    let (target, command) = (Arc::new(target), Arc::<str>::from(command));
    let mut tasks = JoinSet::new();
    for client in 0..clients {
        let (target, command) = (Arc::clone(&target), Arc::clone(&command));
        tasks.spawn(async move {
            let mut outcome = Outcome::default();
            while Instant::now() < until {
                outcome.count(once(&target, client, &command).await);
            }
            outcome
        });
    }
    joined(tasks).await
}

/// Opens `sessions` shells, [`OPENING_AT_ONCE`] at a time, and returns them open.
pub(super) async fn hold(target: Target, sessions: usize) -> anyhow::Result<(Outcome, Vec<Shell>)> {
    let target = Arc::new(target);
    let (mut outcome, mut held, mut tasks) = (Outcome::default(), Vec::new(), JoinSet::new());
    for opener in 0..OPENING_AT_ONCE {
        let target = Arc::clone(&target);
        tasks.spawn(async move {
            let mut shells = Vec::new();
            for _ in (opener..sessions).step_by(OPENING_AT_ONCE) {
                let connection = Arc::new(Connection::log_in(&target, opener).await?);
                shells.push(connection.shell().await?);
            }
            anyhow::Ok(shells)
        });
    }
    while let Some(task) = tasks.join_next().await {
        if let Some(shells) = outcome.count(task.map_err(Into::into).flatten()) {
            held.extend(shells);
        }
    }
    if held.len() < sessions {
        bail!("only {} sessions could be opened: {}", held.len(), outcome.failure.unwrap_or_default());
    }
    outcome.operations = held.len();
    Ok((outcome, held))
}

/// What all `tasks` did together.
pub(super) async fn joined(mut tasks: JoinSet<Outcome>) -> Outcome {
    let mut all = Outcome::default();
    while let Some(task) = tasks.join_next().await {
        match task {
            Ok(outcome) => all.merge(outcome),
            Err(error) => {
                all.count::<()>(Err(error.into()));
            }
        }
    }
    all
}

async fn once(target: &Target, client: usize, command: &str) -> anyhow::Result<()> {
    let connection = Connection::log_in(target, client).await?;
    connection.exec(command).await?;
    connection.close().await;
    Ok(())
}

/// How many sessions are opened in parallel: fewer than a lockout has attempts, for each account.
const OPENING_AT_ONCE: usize = 8;
