use std::time::Duration;

use tokio::net::TcpStream;
use tokio::sync::{Semaphore, SemaphorePermit, oneshot};
use tokio::time::timeout;

/// A stranger's turn at the cores: a handshake costs a millisecond of them, and hundreds at once would delay everybody
/// who is logged in by as many. It ends when it is dropped, and by itself after [`Turn::TIME_MAX`], so that a caller who
/// falls silent half-way keeps nobody waiting for long.
#[derive(Debug)]
pub struct Turn(#[expect(dead_code, reason = "its drop is what tells")] oneshot::Sender<()>);

impl Turn {
    /// How long a turn lasts at most: a handshake on a fast network, several times over.
    pub const TIME_MAX: Duration = Duration::from_millis(20);

    /// Waits until `stream` brings something, then for a turn; they are given in the order in which they were asked for.
    ///
    /// None for a caller who says nothing for [`Turn::SILENCE_MAX`]: he costs nothing yet, and others must not wait for
    /// him.
    pub async fn once_heard(stream: &TcpStream) -> Option<Self> {
        match timeout(Self::SILENCE_MAX, stream.readable()).await {
            Ok(Ok(())) => Some(Self::at(&TURNS).await),
            Ok(Err(_)) | Err(_) => None,
        }
    }

    /// How long a caller is waited for to speak first. Clients of both protocols do so at once.
    const SILENCE_MAX: Duration = Duration::from_millis(250);

    async fn at(turns: &'static Semaphore) -> Self {
        let permit: Option<SemaphorePermit<'static>> = turns.acquire().await.ok();
        let (turn, ended) = oneshot::channel();
        tokio::spawn(async move {
            // Either way it is over.
            let _ = timeout(Self::TIME_MAX, ended).await;
            drop(permit);
        });
        Self(turn)
    }
}

/// The cores belong to the whole process, and so do the turns at them.
static TURNS: Semaphore = Semaphore::const_new(TURNS_MAX);

/// How many strangers are attended to at once: enough to keep two cores busy while the network answers.
const TURNS_MAX: usize = 6;

#[cfg(test)]
mod tests {
    use tokio::time::Instant;

    use super::*;

    fn turns(count: usize) -> &'static Semaphore {
        Box::leak(Box::new(Semaphore::new(count)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_given_back_is_the_next_ones_at_once() {
        let turns = turns(1);
        let begun = Instant::now();
        for _ in 0..100 {
            drop(Turn::at(turns).await);
        }
        assert_eq!(begun.elapsed(), Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_is_kept_ends_by_itself() {
        let turns = turns(2);
        let begun = Instant::now();
        let _kept = [Turn::at(turns).await, Turn::at(turns).await];
        let _third = Turn::at(turns).await;
        assert_eq!(begun.elapsed().as_millis(), Turn::TIME_MAX.as_millis());
    }
}
