//! Commands on connections that stay.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::logins::joined;
use super::ssh::{Connection, Shell};
use super::{Outcome, Target, Way};

/// Connections that are logged in.
pub(super) struct Prepared {
    connections: Vec<Arc<Connection>>,
    way: Way,
    load: Duration,
}

impl Prepared {
    pub(super) async fn connect(
        target: &Target,
        connections: usize,
        way: Way,
        load: Duration,
    ) -> anyhow::Result<Self> {
        let mut open = Vec::new();
        for index in 0..connections {
            open.push(Arc::new(Connection::log_in(target, index).await?));
        }
        Ok(Self { connections: open, way, load })
    }

    pub(super) async fn perform(self) -> Outcome {
        let until = Instant::now() + self.load;
        let mut tasks = JoinSet::new();
        let mut number = 0;
        for connection in self.connections {
            for _ in 0..self.way.lanes() {
                let (connection, way) = (Arc::clone(&connection), self.way.clone());
                tasks.spawn(async move {
                    match way {
                        Way::Exec { command, .. } => exec(&connection, &command, until).await,
                        Way::Shell { ahead, command, marker, .. } => {
                            let typist = Typist::of(&command, number);
                            type_ahead(&connection, typist, &marker, ahead, until).await
                        }
                    }
                });
                number += 1;
            }
        }
        joined(tasks).await
    }
}

/// What [`Pace`] times.
pub(crate) const DELAY: &str = "delay";

/// One connection that is logged in, to be used at an even pace.
pub(super) struct Pace {
    connection: Connection,
    command: String,
    every: Duration,
    load: Duration,
}

impl Pace {
    pub(super) async fn connect(
        target: &Target,
        command: String,
        every: Duration,
        load: Duration,
    ) -> anyhow::Result<Self> {
        Ok(Self { connection: Connection::log_in(target, 0).await?, command, every, load })
    }

    /// A command that waits because the one before it did counts from when it was due, not from when it was sent.
    pub(super) async fn perform(self) -> Outcome {
        let began = Instant::now();
        let (mut outcome, mut samples, mut due) = (Outcome::default(), Vec::new(), began);
        while due < began + self.load {
            sleep_until(due).await;
            if outcome.count(self.connection.exec(&self.command).await).is_some() {
                samples.push(due.elapsed().as_secs_f64() * 1_000.0);
            }
            due += self.every;
        }
        outcome.samples.insert(DELAY.to_owned(), samples);
        outcome
    }
}

/// Runs each of `commands`; the text is what the last one answered.
pub(super) async fn script(target: &Target, commands: &[String]) -> anyhow::Result<Outcome> {
    let connection = Connection::log_in(target, 0).await?;
    let mut outcome = Outcome::default();
    for command in commands {
        outcome.text = String::from_utf8_lossy(&connection.exec(command).await?).into_owned();
        outcome.operations += 1;
    }
    connection.close().await;
    Ok(outcome)
}

async fn exec(connection: &Connection, command: &str, until: Instant) -> Outcome {
    let mut outcome = Outcome::default();
    while Instant::now() < until {
        // After a failure the connection may be gone: going on would only count the same failure again.
        if outcome.count(connection.exec(command).await).is_none() {
            break;
        }
    }
    outcome
}

async fn type_ahead(
    connection: &Arc<Connection>,
    mut typist: Typist,
    marker: &str,
    ahead: usize,
    until: Instant,
) -> Outcome {
    let mut outcome = Outcome::default();
    let talked = async {
        let mut shell = connection.shell().await?;
        talk(&mut shell, &mut typist, marker, ahead, until, &mut outcome).await
    };
    if let Err(error) = talked.await {
        outcome.count::<()>(Err(error));
    }
    outcome
}

/// Keeps `ahead` lines typed ahead until the time is over, then waits for the answers that are still due.
async fn talk(
    shell: &mut Shell,
    typist: &mut Typist,
    marker: &str,
    ahead: usize,
    until: Instant,
    outcome: &mut Outcome,
) -> anyhow::Result<()> {
    let mut answers = Answers::of(marker);
    shell.send(typist.lines(ahead)).await?;
    let mut due = ahead;
    while due > 0 {
        let answered = answers.count(&shell.receive().await?);
        outcome.operations += answered;
        due = due.saturating_sub(answered);
        if answered > 0 && Instant::now() < until {
            shell.send(typist.lines(answered)).await?;
            due += answered;
        }
    }
    Ok(())
}

impl Way {
    const fn lanes(&self) -> usize {
        match self {
            Self::Exec { lanes, .. } | Self::Shell { lanes, .. } => *lanes,
        }
    }
}

/// Writes the lines of one shell.
struct Typist {
    command: String,
    typed: usize,
}

impl Typist {
    /// Of the shell number `shell`, which stands for the `#` in `command`, with two digits.
    fn of(command: &str, shell: usize) -> Self {
        Self { command: command.replace('#', &format!("{shell:02}")) + "\n", typed: 0 }
    }

    /// The next `count` lines; the number of each stands for its `@`.
    fn lines(&mut self, count: usize) -> String {
        let line = |_| {
            self.typed += 1;
            self.command.replace('@', &self.typed.to_string())
        };
        (0..count).map(line).collect()
    }
}

/// Counts the answers in a stream that comes in pieces.
struct Answers<'a> {
    marker: &'a [u8],
    /// The end of what came before, too short to hold a marker.
    rest: Vec<u8>,
}

impl<'a> Answers<'a> {
    fn of(marker: &'a str) -> Self {
        Self { marker: marker.as_bytes(), rest: Vec::new() }
    }

    fn count(&mut self, piece: &[u8]) -> usize {
        self.rest.extend_from_slice(piece);
        let (mut found, mut from) = (0, 0);
        while let Some(at) = self.find(from) {
            found += 1;
            from = at + self.marker.len();
        }
        let keep = self.marker.len().saturating_sub(1).min(self.rest.len() - from);
        self.rest.drain(..self.rest.len() - keep);
        found
    }

    fn find(&self, from: usize) -> Option<usize> {
        let rest = self.rest.get(from..)?;
        rest.windows(self.marker.len().max(1)).position(|it| it == self.marker).map(|at| from + at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pieces: &[&str], expected: usize) {
        let mut answers = Answers::of("done.");
        let found: usize = pieces.iter().map(|piece| answers.count(piece.as_bytes())).sum();
        assert_eq!(found, expected, "{pieces:?}");
    }

    #[test]
    fn every_line_has_the_number_of_its_shell_and_its_own() {
        let mut typist = Typist::of("name -c -d 20# --name1 Ada@", 7);
        assert_eq!(typist.lines(2), "name -c -d 2007 --name1 Ada1\nname -c -d 2007 --name1 Ada2\n");
        assert_eq!(typist.lines(1), "name -c -d 2007 --name1 Ada3\n");
        assert_eq!(Typist::of("echo", 1).lines(2), "echo\necho\n");
    }

    #[test]
    fn an_answer_counts_once_however_it_is_cut() {
        check(&["done."], 1);
        check(&["do", "ne", "."], 1);
        check(&["x done. y done.do", "ne. z"], 3);
        check(&["done", "done", "."], 1);
        check(&["done.", "done.", ""], 2);
        check(&["", "don"], 0);
    }
}
