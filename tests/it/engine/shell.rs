use pbx_site::{Input, Output, SessionId, Terminal, Waiting};

use super::rig::Rig;

/// A channel of a logged-in SSH connection.
pub(crate) struct Shell {
    terminal: Terminal,
    /// The exit status, once the channel has ended.
    pub(crate) exit: Option<u32>,
}

impl Shell {
    /// An interactive channel on a wide terminal, and its greeting.
    pub(crate) fn start(rig: &mut Rig, session: &SessionId) -> (Self, String) {
        let mut shell = Self { terminal: Terminal::new(session.clone()), exit: None };
        let greeting = shell.put(rig, Input::Start { columns: Some(200) });
        (shell, greeting)
    }

    /// Types a line and Return; what is shown in answer.
    pub(crate) fn line(&mut self, rig: &mut Rig, line: &str) -> String {
        self.put(rig, Input::Bytes(format!("{line}\r").as_bytes()))
    }

    /// Types what ends with a new password, and holds back what hashing will say.
    #[track_caller]
    pub(crate) fn type_and_hold(&mut self, rig: &mut Rig, text: &str) -> Box<Waiting> {
        let outputs = self.terminal.handle(&mut rig.site, rig.now, Input::Bytes(text.as_bytes()));
        let waiting =
            outputs.into_iter().find_map(|it| if let Output::Wait(it) = it { Some(it) } else { None });
        waiting.expect("a password to hash")
    }

    /// Passes in what hashing says at last.
    pub(crate) fn hashed(&mut self, rig: &mut Rig, waiting: Box<Waiting>) -> String {
        let done = rig.carry_on(waiting);
        self.put(rig, Input::Done(done))
    }

    /// Passes `input` in and carries out what the engine asks for; what is shown in answer.
    pub(crate) fn put(&mut self, rig: &mut Rig, input: Input<'_>) -> String {
        let mut shown = String::new();
        let mut outputs = self.terminal.handle(&mut rig.site, rig.now, input);
        while !outputs.is_empty() {
            let mut next = Vec::new();
            for output in outputs {
                match output {
                    Output::Write(bytes) => shown += &String::from_utf8_lossy(&bytes),
                    Output::Await(_) => {}
                    Output::Wait(waiting) => {
                        let done = rig.carry_on(waiting);
                        next.extend(self.terminal.handle(&mut rig.site, rig.now, Input::Done(done)));
                    }
                    Output::Exit(status) => self.exit = Some(status),
                }
            }
            outputs = next;
        }
        shown
    }
}

/// Runs one command as an exec request does; what it shows and its exit status.
pub(crate) fn exec(rig: &mut Rig, session: &SessionId, line: &str) -> (String, Option<u32>) {
    let mut shell = Shell { terminal: Terminal::new(session.clone()), exit: None };
    let shown = shell.put(rig, Input::Exec(line));
    (shown, shell.exit)
}
