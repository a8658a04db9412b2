use pbx_site::{Attempt, Error, Input, SessionId};
use pbx_world::Out;

/// What an SSH transport talks to: one site.
pub trait Plane: Clone + Send + Sync + 'static {
    /// A channel of a connection that is logged in.
    type Console: Console;

    /// What is shown before login, where anything is.
    fn banner(&self) -> Option<String>;

    /// Whether `key`, in OpenSSH form, is worth a signature of whoever calls itself `name`. Asking is no attempt.
    fn knows_key(&self, name: &str, key: &str) -> bool;

    /// Carries a login out.
    fn log_in(&self, attempt: Attempt) -> impl Future<Output = Result<Admission, Error>> + Send;

    /// A new channel of `session`.
    fn console(&self, session: &SessionId) -> Self::Console;

    /// Ends a session whose connection has ended.
    fn end_session(&self, session: &SessionId);
}

/// What became of a login.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It has this session.
    Accepted(SessionId),
    /// It is refused.
    Rejected {
        /// Whether the connection ends with it.
        hang_up: bool,
    },
}

/// The machine behind a channel.
pub trait Console: Send + 'static {
    /// Takes `input` and passes to `out`, in order, what is to be sent.
    fn handle(
        &mut self,
        input: Input<'_>,
        out: &mut (impl FnMut(Out) + Send),
    ) -> impl Future<Output = ()> + Send;
}
