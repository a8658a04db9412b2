use std::collections::VecDeque;
use std::sync::Arc;

use pbx_site::{Input, Output, SessionId, Terminal};

use crate::durable::durable;
use crate::seat::Seat;

/// A channel of a logged-in connection, with the waiting done: give it what came in, send what it says.
pub struct Console {
    seat: Arc<Seat>,
    terminal: Terminal,
}

/// What a channel sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Out {
    /// These bytes.
    Write(Vec<u8>),
    /// The exit status; then the channel closes.
    Exit(u32),
}

impl Console {
    pub(crate) fn new(seat: Arc<Seat>, session: SessionId) -> Self {
        Self { seat, terminal: Terminal::new(session) }
    }

    /// Takes `input` and passes to `out`, in order, what is to be sent. Call it again only when it has returned.
    pub async fn handle(&mut self, input: Input<'_>, out: &mut (impl FnMut(Out) + Send)) {
        let mut outputs: VecDeque<Output> = self.turn(input).into();
        // Whether a change was taken back whose answer is still to come.
        let mut taken_back = false;
        let mut failed = false;
        while let Some(output) = outputs.pop_front() {
            match output {
                Output::Write(_) if taken_back => {
                    taken_back = false;
                    out(Out::Write(self.unavailable()));
                }
                Output::Write(bytes) => out(Out::Write(bytes)),
                Output::Await(sequence) => {
                    if let Err(error) = durable(&*self.seat.shared.store, sequence).await {
                        self.seat.warn("a command was taken back", &error.into());
                        (taken_back, failed) = (true, true);
                    }
                }
                Output::Wait(waiting) => {
                    let done = self.seat.carry_on(waiting).await;
                    for output in self.turn(Input::Done(done)).into_iter().rev() {
                        outputs.push_front(output);
                    }
                }
                Output::Exit(status) => {
                    if taken_back {
                        out(Out::Write(self.unavailable()));
                    }
                    out(Out::Exit(if failed { FAILED_STATUS } else { status }));
                }
            }
        }
    }

    fn turn(&mut self, input: Input<'_>) -> Vec<Output> {
        self.seat.with_site(|site, now| self.terminal.handle(site, now, input))
    }

    fn unavailable(&self) -> Vec<u8> {
        self.terminal.unavailable(self.seat.product())
    }
}

/// The exit status of a command that could not be recorded: what `sysexits.h` calls a temporary failure.
const FAILED_STATUS: u32 = 75;
