use std::collections::VecDeque;

use pbx_auth::Principal;
use pbx_cmdline::{Echo, Edit, Editor, Terminal as Window};
use pbx_estate::Refusal;
use pbx_kernel::{Sequence, Timestamp};
use pbx_product::{Console, Product, Screen, Signed};

use crate::invoke::Done;
use crate::session::SessionId;
use crate::waiting::Waiting;
use crate::{Error, Site};

mod line;
mod menu;
mod run;
mod walk;

use menu::Walk;

/// A channel of a logged-in SSH connection: a prompt, a text menu, or one command.
///
/// ```text
///              Start                       a menu command
///   New ────────────────▶ Prompting ─────────────────────▶ Walking(menu)
///    │                        ▲  ◀───────── left ──────────────┘
///    │ Exec                   └─ a line: run, answer, prompt again
///    └──────▶ one command, its exit status, the end
/// ```
pub struct Terminal {
    session: SessionId,
    editor: Editor,
    /// How a line ends here: a terminal needs the return to its left edge, a program does not.
    line_end: &'static str,
    mode: Mode,
    /// Bytes that were typed before the machine asked for them.
    typed_ahead: VecDeque<u8>,
    /// Whether an answer is being waited for.
    busy: bool,
    /// Whether input has ended while an answer was being waited for.
    ended: bool,
    over: bool,
}

/// What the channel is doing.
enum Mode {
    /// Nothing yet.
    New,
    /// Running the one command of an exec request; once it is answered, the channel ends.
    Executing(String),
    /// Taking commands at the prompt.
    Prompting(String),
    /// In a text menu.
    Walking(Walk),
}

/// What a transport passes in.
pub enum Input<'a> {
    /// An interactive session begins; with a terminal of this width, or without one.
    Start {
        /// The width in columns, where the client asked for a terminal.
        columns: Option<u16>,
    },
    /// One command, then the end.
    Exec(&'a str),
    /// What was typed.
    Bytes(&'a [u8]),
    /// The terminal has another width.
    Resize(u16),
    /// Nothing more will be typed.
    Eof,
    /// What [`Output::Wait`] was waited for: the operation has run to its end, or failed.
    Done(Result<Done, Error>),
}

/// What a transport does, strictly in order.
pub enum Output {
    /// Sends these bytes.
    Write(Vec<u8>),
    /// Waits until the batch is durable; if it was taken back, sends [`Terminal::unavailable`] instead of the next
    /// [`Output::Write`].
    Await(Sequence),
    /// Gets what the operation needs and resumes it until it is done, then passes that in.
    Wait(Box<Waiting>),
    /// Sends the exit status and closes the channel.
    Exit(u32),
}

impl Terminal {
    /// A channel of `session`.
    pub fn new(session: SessionId) -> Self {
        Self {
            session,
            editor: Editor::new(Window::None),
            line_end: "\n",
            mode: Mode::New,
            typed_ahead: VecDeque::new(),
            busy: false,
            ended: false,
            over: false,
        }
    }

    /// What is said when the emulator failed and nothing was changed.
    pub fn unavailable(&self, product: &Product) -> Vec<u8> {
        self.text(product.screen.unavailable)
    }

    /// Takes `input` and says what to do about it.
    pub fn handle(&mut self, site: &mut Site, now: Timestamp, input: Input<'_>) -> Vec<Output> {
        let mut out = Vec::new();
        if self.over {
            return out;
        }
        let result = match input {
            Input::Start { columns } => self.start(site, now, columns, &mut out),
            Input::Exec(line) => self.execute(site, now, line, &mut out),
            Input::Bytes(bytes) => self.bytes(site, now, bytes, &mut out),
            Input::Resize(columns) => {
                self.editor.resize(columns);
                Ok(())
            }
            Input::Eof => self.end_of_input(site, now, &mut out),
            Input::Done(done) => self.waited(site, now, done, &mut out),
        };
        if let Err(error) = result {
            self.fail(site, &error, &mut out);
        }
        out
    }

    fn start(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        columns: Option<u16>,
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        self.editor = Editor::new(columns.map_or(Window::None, Window::Columns));
        self.line_end = if columns.is_some() { "\r\n" } else { "\n" };
        let principal = site.principal(now, &self.session)?;
        let greeting = self.signed(site, now, &principal, |screen, signed| (screen.greeting)(signed));
        self.write(out, &greeting);
        match (site.product.screen.console)(&principal.role) {
            Console::Prompt => self.prompt(site, now, &principal, out),
            Console::Menu(menu) => self.walk(Walk::into(menu), out),
        }
        Ok(())
    }

    fn execute(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        line: &str,
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        let principal = site.principal(now, &self.session)?;
        self.mode = Mode::Executing(String::new());
        match (site.product.screen.console)(&principal.role) {
            Console::Prompt if line.len() <= pbx_cmdline::LINE_BYTES_MAX => self.line(site, now, line, out),
            Console::Prompt => {
                self.too_long(site, out);
                self.exit(site.product.screen.refused_status, out);
                Ok(())
            }
            Console::Menu(_) => {
                let why = "This account has a menu and takes no commands: log in without one.";
                self.write(out, &(site.product.screen.refuse)(&Refusal::Conflict(why.to_owned())));
                self.exit(site.product.screen.refused_status, out);
                Ok(())
            }
        }
    }

    fn bytes(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        bytes: &[u8],
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        let room = TYPED_AHEAD_MAX.saturating_sub(self.typed_ahead.len());
        self.typed_ahead.extend(bytes.iter().take(room));
        self.type_ahead(site, now, out)
    }

    /// Feeds the editor what was typed until an answer has to be waited for.
    fn type_ahead(&mut self, site: &mut Site, now: Timestamp, out: &mut Vec<Output>) -> Result<(), Error> {
        // Even with nothing left to read: an editor that has just echoed still holds the line.
        while !self.busy && !self.over {
            let typed: Vec<u8> = self.typed_ahead.drain(..).collect();
            let mut rest = typed.as_slice();
            let edit = self.editor.feed(&mut rest);
            self.typed_ahead.extend(rest);
            match edit {
                Some(edit) => self.edit(site, now, edit, out)?,
                None => break,
            }
        }
        Ok(())
    }

    fn edit(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        edit: Edit,
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        match edit {
            Edit::Echo(bytes) => out.push(Output::Write(bytes)),
            Edit::Complete(line) => {
                let principal = site.principal(now, &self.session)?;
                let candidates = match &self.mode {
                    Mode::Prompting(_) => line::candidates(site, &principal, &line),
                    Mode::New | Mode::Executing(_) | Mode::Walking(_) => Vec::new(),
                };
                out.push(Output::Write(self.editor.complete(&candidates)));
            }
            Edit::EndOfInput => self.end_of_input(site, now, out)?,
            Edit::Interrupt => self.interrupt(site, now, out)?,
            Edit::Line(line) if matches!(self.mode, Mode::Walking(_)) => {
                self.answer(site, now, menu::Said::Text(line), out)?;
            }
            Edit::Line(line) => self.line(site, now, &line, out)?,
            Edit::Secret(secret) => self.answer(site, now, menu::Said::Secret(secret), out)?,
            Edit::TooLong => {
                self.too_long(site, out);
                self.again(site, now, out)?;
            }
        }
        Ok(())
    }

    fn again(&mut self, site: &mut Site, now: Timestamp, out: &mut Vec<Output>) -> Result<(), Error> {
        match std::mem::replace(&mut self.mode, Mode::New) {
            Mode::Walking(walk) => self.walk(walk.again(), out),
            Mode::Prompting(_) => {
                let principal = site.principal(now, &self.session)?;
                self.prompt(site, now, &principal, out);
            }
            Mode::New | Mode::Executing(_) => self.exit(0, out),
        }
        Ok(())
    }

    fn prompt(&mut self, site: &Site, now: Timestamp, principal: &Principal, out: &mut Vec<Output>) {
        let prompt = self.signed(site, now, principal, |screen, signed| (screen.prompt)(signed));
        self.mode = Mode::Prompting(String::new());
        self.editor.begin(&prompt, Echo::Shown);
        self.write(out, &prompt);
    }

    /// Ctrl-C: the line is given up; a question of a menu too.
    fn interrupt(&mut self, site: &mut Site, now: Timestamp, out: &mut Vec<Output>) -> Result<(), Error> {
        if let Mode::Walking(walk) = &mut self.mode {
            walk.give_up();
        }
        self.again(site, now, out)
    }

    /// Ctrl-D, or the other side will type no more: one level of menus up, then out.
    fn end_of_input(&mut self, site: &mut Site, now: Timestamp, out: &mut Vec<Output>) -> Result<(), Error> {
        if !self.busy
            && let Some(edit) = self.editor.finish()
        {
            self.edit(site, now, edit, out)?;
        }
        if self.busy {
            self.ended = true;
        } else if !self.over {
            self.exit(0, out);
        }
        Ok(())
    }

    fn signed<T>(
        &self,
        site: &Site,
        now: Timestamp,
        principal: &Principal,
        say: impl FnOnce(&Screen, &Signed<'_>) -> T,
    ) -> T {
        let last_login = site.last_login(&self.session);
        let signed = Signed { principal, policy: &site.policy, site: site.id.as_str(), now, last_login };
        say(site.product.screen, &signed)
    }

    fn too_long(&self, site: &Site, out: &mut Vec<Output>) {
        let why = format!("A line may have at most {} bytes.", pbx_cmdline::LINE_BYTES_MAX);
        self.write(out, &(site.product.screen.refuse)(&Refusal::Conflict(why)));
    }

    fn fail(&mut self, site: &Site, error: &Error, out: &mut Vec<Output>) {
        match error {
            Error::SessionEnded => self.exit(0, out),
            Error::Estate(_) | Error::Store(_) | Error::Tip | Error::Unsupplied => {
                self.write(out, site.product.screen.unavailable);
                self.exit(FAILED_STATUS, out);
            }
        }
    }

    fn exit(&mut self, status: u32, out: &mut Vec<Output>) {
        self.over = true;
        out.push(Output::Exit(status));
    }

    fn write(&self, out: &mut Vec<Output>, text: &str) {
        if !text.is_empty() {
            out.push(Output::Write(self.text(text)));
        }
    }

    /// The text with the channel's line ends, and without whatever else could steer a terminal: names and log entries
    /// are what strangers typed.
    fn text(&self, text: &str) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(text.len() + text.len() / 32);
        let mut rest = text;
        // Runs of letters that stand for themselves, and what stands between them.
        while let Some(at) = rest.find(char::is_control) {
            let (run, from) = rest.split_at(at);
            bytes.extend_from_slice(run.as_bytes());
            let mut letters = from.chars();
            match letters.next() {
                Some('\n') => bytes.extend_from_slice(self.line_end.as_bytes()),
                Some('\t') => bytes.push(b'\t'),
                _ => bytes.push(b'?'),
            }
            rest = letters.as_str();
        }
        bytes.extend_from_slice(rest.as_bytes());
        bytes
    }
}

/// The exit status when the emulator failed (`EX_TEMPFAIL` of sysexits.h): try again later.
const FAILED_STATUS: u32 = 75;

/// What may be typed while an answer is waited for: a few pasted lines.
const TYPED_AHEAD_MAX: usize = 64 * 1_024;
