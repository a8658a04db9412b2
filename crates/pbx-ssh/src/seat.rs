use std::sync::Arc;

use pbx_site::{Attempt, Error, Input, SessionId, Verdict};
use pbx_world::{Out, Seat};

use crate::{Admission, Console, Plane};

/// One site of a world, as SSH sees it.
#[derive(Clone)]
pub struct SeatPlane(Arc<Seat>);

impl SeatPlane {
    /// The plane of `seat`.
    pub fn new(seat: Arc<Seat>) -> Self {
        Self(seat)
    }
}

impl Plane for SeatPlane {
    type Console = pbx_world::Console;

    fn banner(&self) -> Option<String> {
        self.0.banner()
    }

    fn knows_key(&self, name: &str, key: &str) -> bool {
        self.0.knows_key(name, key)
    }

    async fn log_in(&self, attempt: Attempt) -> Result<Admission, Error> {
        Ok(match self.0.log_in(attempt).await? {
            Verdict::Accepted(session, _, _) => Admission::Accepted(session),
            Verdict::Rejected { hang_up, .. } => Admission::Rejected { hang_up },
        })
    }

    fn console(&self, session: &SessionId) -> Self::Console {
        self.0.terminal(session.clone())
    }

    fn end_session(&self, session: &SessionId) {
        self.0.end_session(session);
    }
}

impl Console for pbx_world::Console {
    async fn handle(&mut self, input: Input<'_>, out: &mut (impl FnMut(Out) + Send)) {
        Self::handle(self, input, out).await;
    }
}
