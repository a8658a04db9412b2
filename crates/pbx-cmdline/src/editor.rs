use std::fmt;

use pbx_kernel::Secret;

use crate::buffer::Buffer;
use crate::decoder::{Decoder, Key};
use crate::history::History;
use crate::place::Place;

mod complete;

/// A line editor without a terminal: bytes in, [`Edit`]s out.
///
/// ```text
///   begin(prompt) ──▶ feed ──▶ Echo … Echo, Line ──▶ (the caller answers, writes the next prompt) ──▶ begin
///                       └────▶ Complete ──▶ complete(candidates) ──▶ feed
/// ```
///
/// The caller writes the prompt itself; the editor keeps it to draw it again.
pub struct Editor {
    terminal: Terminal,
    echo: Echo,
    prompt: String,
    decoder: Decoder,
    buffer: Buffer,
    history: History,
    /// Where the terminal's cursor is, counted from the prompt's beginning.
    place: Place,
    /// The line is longer than allowed; nothing of it is kept.
    overlong: bool,
    /// Tabs in a row that could not add anything.
    idle_tabs: usize,
    written: Vec<u8>,
    event: Option<Edit>,
}

/// What became of some bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edit {
    /// Tab was pressed after this much of the line; answer with [`Editor::complete`].
    Complete(String),
    /// Bytes for the caller's screen.
    Echo(Vec<u8>),
    /// Ctrl-D on an empty line.
    EndOfInput,
    /// Ctrl-C; what was typed is gone.
    Interrupt,
    /// A line, without its end.
    Line(String),
    /// A line typed while input was hidden.
    Secret(Secret),
    /// A line of more than [`crate::LINE_BYTES_MAX`] bytes ended; nothing of it is kept.
    TooLong,
}

/// What the caller sits at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// No terminal: lines are taken as they come, nothing is echoed and no key edits.
    None,
    /// A terminal this many columns wide.
    Columns(u16),
}

/// Whether typing shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Echo {
    /// It does not: a password.
    Hidden,
    /// It does.
    #[default]
    Shown,
}

impl Editor {
    /// An editor for a caller at `terminal`, with an empty prompt.
    pub fn new(terminal: Terminal) -> Self {
        Self {
            terminal,
            echo: Echo::Shown,
            prompt: String::new(),
            decoder: Decoder::default(),
            buffer: Buffer::default(),
            history: History::default(),
            place: Place::default(),
            overlong: false,
            idle_tabs: 0,
            written: Vec::new(),
            event: None,
        }
    }

    /// Begins a line after `prompt`, which the caller writes. What was half typed is gone.
    ///
    /// Only the part of the prompt after its last line end matters.
    pub fn begin(&mut self, prompt: &str, echo: Echo) {
        let last = prompt.rsplit('\n').next().unwrap_or_default();
        self.prompt = last.chars().filter(|it| !it.is_control()).collect();
        self.echo = echo;
        self.restart();
    }

    /// Tells that the terminal is now this wide.
    pub fn resize(&mut self, columns: u16) {
        if self.terminal != Terminal::None {
            self.terminal = Terminal::Columns(columns);
            self.place = self.place_of(self.buffer.before_cursor());
        }
    }

    /// Reads from `input`, which moves past what was read, until there is something to tell; `None` once all is read.
    ///
    /// Bytes after a line stay in `input`, so that the next line is read under the prompt and the
    /// [`Echo`] that the caller chooses in between: type-ahead into a password prompt stays hidden.
    pub fn feed(&mut self, input: &mut &[u8]) -> Option<Edit> {
        while self.event.is_none() && self.written.len() < ECHO_BYTES_MAX {
            let Some((byte, rest)) = input.split_first() else { break };
            *input = rest;
            if let Some(key) = self.decoder.push(*byte) {
                self.press(key);
            }
        }
        if self.written.is_empty() {
            self.event.take()
        } else {
            Some(Edit::Echo(std::mem::take(&mut self.written)))
        }
    }

    /// The last line, where input ended without a line end.
    pub fn finish(&mut self) -> Option<Edit> {
        if self.overlong || !self.buffer.is_empty() {
            self.enter();
        }
        self.written.clear();
        self.event.take()
    }

    /// Forgets the newest line of the history: it turned out to hold something secret.
    pub fn forget_last_line(&mut self) {
        self.history.forget_last();
    }

    fn press(&mut self, key: Key) {
        if key != Key::Tab {
            self.idle_tabs = 0;
        }
        match key {
            Key::Enter => self.enter(),
            Key::Interrupt => self.interrupt(),
            _ if self.overlong => {}
            Key::Char(char) => self.insert(char),
            Key::Tab if !self.edits() => self.insert(' '),
            _ if !self.edits() => {}
            Key::Tab => self.tab(),
            Key::EndOfInput if self.buffer.is_empty() => self.event = Some(Edit::EndOfInput),
            Key::Redraw => self.clear_screen(),
            Key::Up => self.recall(History::older),
            Key::Down => self.recall(|history, _| history.newer()),
            Key::Left => self.travel(Buffer::left),
            Key::Right => self.travel(Buffer::right),
            Key::Home => self.travel(Buffer::home),
            Key::End => self.travel(Buffer::end),
            Key::Backspace => self.change(Buffer::backspace),
            Key::Delete | Key::EndOfInput => self.change(Buffer::delete),
            Key::KillAfter => self.change(Buffer::kill_after),
            Key::KillBefore => self.change(Buffer::kill_before),
            Key::KillWord => self.change(Buffer::kill_word),
        }
    }

    /// Whether keys edit: there is a terminal.
    fn edits(&self) -> bool {
        self.terminal != Terminal::None
    }

    /// Whether typing shows.
    fn shows(&self) -> bool {
        self.edits() && self.echo == Echo::Shown
    }

    fn enter(&mut self) {
        self.buffer.end();
        if self.shows() {
            self.move_to_cursor();
        }
        if self.edits() {
            self.write("\r\n");
        }
        let text = self.buffer.take();
        self.event = Some(match self.echo {
            _ if self.overlong => Edit::TooLong,
            Echo::Hidden => Edit::Secret(Secret::new(text)),
            Echo::Shown => {
                if self.edits() {
                    self.history.push(&text);
                }
                Edit::Line(text)
            }
        });
        self.restart();
    }

    fn interrupt(&mut self) {
        if self.edits() {
            self.write("^C\r\n");
            self.event = Some(Edit::Interrupt);
            self.restart();
        }
    }

    /// An empty line under the same prompt.
    fn restart(&mut self) {
        self.buffer.clear();
        self.history.rest();
        self.overlong = false;
        self.idle_tabs = 0;
        self.place = self.place_of("");
    }

    fn insert(&mut self, char: char) {
        if !self.buffer.has_room(char.len_utf8()) {
            self.overlong = true;
            self.buffer.clear();
            if self.edits() {
                self.write("\x07");
            }
            return;
        }
        let at_end = self.buffer.at_end();
        self.buffer.insert(char.encode_utf8(&mut [0; 4]));
        match (self.shows(), at_end) {
            (true, true) => self.draw_on(char.encode_utf8(&mut [0; 4])),
            (true, false) => self.redraw(),
            (false, _) => {}
        }
    }

    /// Replaces the line by one of the history.
    fn recall(&mut self, look: impl FnOnce(&mut History, &str) -> Option<String>) {
        if self.shows()
            && let Some(line) = look(&mut self.history, self.buffer.text())
        {
            self.buffer.set(&line);
            self.redraw();
        }
    }

    /// Moves the cursor.
    fn travel(&mut self, step: impl FnOnce(&mut Buffer) -> bool) {
        if step(&mut self.buffer) && self.shows() {
            self.move_to_cursor();
        }
    }

    /// Changes the text.
    fn change(&mut self, step: impl FnOnce(&mut Buffer) -> bool) {
        if step(&mut self.buffer) && self.shows() {
            self.redraw();
        }
    }

    fn clear_screen(&mut self) {
        if self.edits() {
            self.write("\x1b[H\x1b[2J");
            self.place = Place::default();
            self.redraw();
        }
    }

    /// Draws the prompt and, where typing shows, the line anew.
    fn redraw(&mut self) {
        let back = self.place.travel(Place::default());
        self.write(&back);
        self.write("\r\x1b[J");
        self.place = Place::default();
        let prompt = self.prompt.clone();
        self.draw_on(&prompt);
        if self.shows() {
            let text = self.buffer.text().to_owned();
            self.draw_on(&text);
            self.move_to_cursor();
        }
    }

    /// Writes `text` where the cursor is.
    fn draw_on(&mut self, text: &str) {
        self.write(text);
        let before = self.place;
        self.place = before.after(text, self.columns());
        if self.place.column == 0 && self.place != before {
            // A full row: terminals differ in when they wrap, so wrap now.
            self.write("\r\n");
        }
    }

    /// Moves the terminal's cursor to where the buffer's is.
    fn move_to_cursor(&mut self) {
        let there = self.place_of(self.buffer.before_cursor());
        let bytes = self.place.travel(there);
        self.write(&bytes);
        self.place = there;
    }

    /// Where the cursor is after the prompt and `text`.
    fn place_of(&self, text: &str) -> Place {
        let text = if self.shows() { text } else { "" };
        Place::default().after(&self.prompt, self.columns()).after(text, self.columns())
    }

    fn columns(&self) -> usize {
        match self.terminal {
            Terminal::None | Terminal::Columns(0) => COLUMNS_USUAL,
            Terminal::Columns(columns) => usize::from(columns).max(COLUMNS_MIN),
        }
    }

    fn write(&mut self, text: &str) {
        self.written.extend_from_slice(text.as_bytes());
    }
}

impl fmt::Debug for Editor {
    /// Says nothing of what was typed.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Editor")
            .field("terminal", &self.terminal)
            .field("echo", &self.echo)
            .finish_non_exhaustive()
    }
}

/// How much echo is gathered before the caller must take it: some keys draw a whole line, so a packet of them
/// would otherwise become a thousand times as much.
const ECHO_BYTES_MAX: usize = 8_192;

/// What a terminal that does not say how wide it is (RFC 4254, 6.2: zero) is taken for.
const COLUMNS_USUAL: usize = 80;

/// The narrowest terminal that is believed; a wide character needs two columns.
const COLUMNS_MIN: usize = 2;

#[cfg(test)]
mod tests;
