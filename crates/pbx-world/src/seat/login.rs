use std::sync::Arc;
use std::time::Duration;

use pbx_site::{Attempt, Begun, Error, Examination, Proof, Verdict};
use tokio::sync::oneshot;

use super::{Seat, failed};
use crate::durable::durable;
use crate::founding::Founded;
use crate::sync::lock;

impl Seat {
    /// Carries a login out: counts it, waits until the count is on the disk, examines the password, and returns
    /// once the verdict is on the disk.
    ///
    /// It runs on a task of its own: a caller who goes away half-way has guessed all the same. A session that was
    /// opened for somebody who is gone is closed at once.
    pub async fn log_in(self: &Arc<Self>, attempt: Attempt) -> Result<Verdict, Error> {
        let (sender, receiver) = oneshot::channel();
        let seat = Arc::clone(self);
        tokio::spawn(async move {
            let verdict = seat.decide(attempt).await;
            if let Err(Ok(unwanted)) = sender.send(verdict) {
                seat.discard(&unwanted);
            }
        });
        receiver.await.unwrap_or_else(|_| Err(failed("the login was given up")))
    }

    async fn decide(&self, attempt: Attempt) -> Result<Verdict, Error> {
        self.wait_until_founded().await?;
        let has_password = matches!(attempt.proof, Proof::Password(_));
        let examination = self.begin(attempt).await?;
        let counted = durable(&*self.shared.store, examination.counted).await;
        // What is not safely counted is not examined.
        let matches = counted.is_ok() && has_password && self.examine(&examination).await;
        let verdict = self.with_site(|site, now| {
            let mut entropy = lock(&self.shared.tokens);
            site.finish_login(now, *examination, matches, &mut **entropy)
        });
        self.decided.notify_waiters();
        let verdict = verdict?;
        let (Verdict::Accepted(_, _, recorded) | Verdict::Rejected { recorded, .. }) = &verdict;
        let recorded = durable(&*self.shared.store, *recorded).await;
        if let Err(error) = counted.and(recorded) {
            self.discard(&verdict);
            return Err(error.into());
        }
        Ok(verdict)
    }

    /// Counts the attempt, once others at the same account have been decided that may close it.
    async fn begin(&self, attempt: Attempt) -> Result<Box<Examination>, Error> {
        let mut place = None;
        for _ in 0..=TURNS_MAX {
            let decided = self.decided.notified();
            tokio::pin!(decided);
            // From here on a decision is noticed, even one made before it is waited for.
            decided.as_mut().enable();
            match self.with_site(|site, now| site.begin_login(now, attempt.clone()))? {
                Begun::Examine(examination) => return Ok(examination),
                Begun::Undecided if place.is_none() => {
                    place = Some(self.undecided.try_acquire().map_err(|_| failed(TOO_MANY))?);
                }
                Begun::Undecided => {}
            }
            // Should no decision ever come, say so rather than hang.
            tokio::time::timeout(DECISION_WAIT_MAX, decided).await.map_err(|_| failed(TOO_MANY))?;
        }
        Err(failed(TOO_MANY))
    }

    async fn examine(&self, examination: &Examination) -> bool {
        let (password, against) = (examination.password.clone(), examination.against.clone());
        self.shared.pool.verify(password, against).await.unwrap_or_else(|error| {
            tracing::warn!(site = %self.id, %error, "a login is refused unexamined");
            false
        })
    }

    async fn wait_until_founded(&self) -> Result<(), Error> {
        let mut founded = self.founded.subscribe();
        let known = founded.wait_for(|it| !matches!(it, Founded::NotYet)).await;
        match known.map_err(|_| failed("the world is shutting down"))?.clone() {
            Founded::Failed(error) => Err(Error::Store(error)),
            Founded::NotYet | Founded::Yes => Ok(()),
        }
    }

    /// Closes the session that nobody will use.
    fn discard(&self, verdict: &Verdict) {
        if let Verdict::Accepted(session, ..) = verdict {
            self.end_session(session);
        }
    }
}

/// How often an attempt may find that others are still undecided: each time one of them was decided, and an account
/// is locked after far fewer.
const TURNS_MAX: usize = 10_000;

/// How long the next decision may take: the longest line of the hashing pool, twice.
const DECISION_WAIT_MAX: Duration = Duration::from_mins(1);

const TOO_MANY: &str = "too many logins are waiting for others to be decided";
