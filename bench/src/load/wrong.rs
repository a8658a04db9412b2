//! Logins that are refused.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::bail;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::logins::joined;
use super::ssh::Connection;
use super::{Account, Outcome};

/// The kinds of rejection.
pub(crate) const UNKNOWN: &str = "unknown account";
pub(crate) const WRONG: &str = "wrong password";
pub(crate) const LOCKED: &str = "locked account";

/// Guesses as each of `names`, in parallel, until `load` is over.
pub(super) async fn storm(address: SocketAddr, names: Vec<String>, load: Duration) -> Outcome {
    let until = Instant::now() + load;
    let mut tasks = JoinSet::new();
    for name in names {
        tasks.spawn(async move {
            let mut outcome = Outcome::default();
            while Instant::now() < until {
                outcome.count(reject(address, &name).await);
            }
            outcome
        });
    }
    joined(tasks).await
}

/// Times `samples` rejections of each kind, in turn so that whatever else the machine does meets all of them alike.
///
/// `locked` is locked first. Each of `accounts` is guessed at once less than a lock takes, and then logged in to,
/// which clears the count.
pub(super) async fn rejections(
    address: SocketAddr,
    accounts: &[Account],
    locked: &Account,
    samples: usize,
) -> anyhow::Result<Outcome> {
    for _ in 0..GUESSES_TO_LOCK {
        reject(address, &locked.name).await?;
    }
    if Connection::open(address).await?.try_password(&locked.name, &locked.password).await? {
        bail!("{} should be locked by now", locked.name);
    }
    let mut outcome = Outcome::default();
    for sample in 0..samples {
        let round = sample / (GUESSES_TO_LOCK - 1);
        let Some(account) = accounts.get(round % accounts.len().max(1)) else {
            bail!("no account to guess at")
        };
        let unknown = format!("nobody-{sample:03}");
        for (kind, name) in [(UNKNOWN, &unknown), (WRONG, &account.name), (LOCKED, &locked.name)] {
            let taken = reject(address, name).await?;
            outcome.samples.entry(kind.to_owned()).or_default().push(taken.as_secs_f64() * 1_000.0);
            outcome.operations += 1;
        }
        if sample % (GUESSES_TO_LOCK - 1) == GUESSES_TO_LOCK - 2 {
            let mut connection = Connection::open(address).await?;
            if !connection.try_password(&account.name, &account.password).await? {
                bail!("{} should not be locked", account.name);
            }
            connection.close().await;
        }
    }
    Ok(outcome)
}

/// Guesses once, on a connection of its own, and returns how long the answer to the guess took.
async fn reject(address: SocketAddr, name: &str) -> anyhow::Result<Duration> {
    let mut connection = Connection::open(address).await?;
    let asked = Instant::now();
    if connection.try_password(name, WRONG_PASSWORD).await? {
        bail!("a wrong password was taken");
    }
    let taken = asked.elapsed();
    connection.close().await;
    Ok(taken)
}

/// How many wrong passwords lock an account of the MX-ONE.
const GUESSES_TO_LOCK: usize = 3;

/// As long as a right one.
const WRONG_PASSWORD: &str = "Load-Mx1-no!";
