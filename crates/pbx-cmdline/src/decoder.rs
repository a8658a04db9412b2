use vte::{Params, Parser, Perform};

/// What one key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Key {
    Backspace,
    Char(char),
    Delete,
    Down,
    End,
    EndOfInput,
    Enter,
    Home,
    Interrupt,
    KillAfter,
    KillBefore,
    KillWord,
    Left,
    Redraw,
    Right,
    Tab,
    Up,
}

/// Bytes to keys, one byte at a time: `vte` loses text where a chunk begins inside a character.
#[derive(Default)]
pub(crate) struct Decoder {
    parser: Parser,
    /// Bytes since the parser was last known to be between characters and sequences.
    unsettled: usize,
    /// Whether a line feed would belong to the carriage return before it.
    after_return: bool,
    found: Found,
}

impl Decoder {
    /// The key that `byte` completes, if any.
    pub(crate) fn push(&mut self, byte: u8) -> Option<Key> {
        let after_return = std::mem::take(&mut self.after_return);
        if byte == ESCAPE || !byte.is_ascii_control() {
            return self.parse(byte);
        }
        self.settle();
        match byte {
            b'\n' if after_return => None,
            b'\r' => {
                self.after_return = true;
                Some(Key::Enter)
            }
            _ => control(byte),
        }
    }

    /// Printable bytes, bytes of UTF-8 and escape sequences.
    fn parse(&mut self, byte: u8) -> Option<Key> {
        self.unsettled += 1;
        if self.unsettled > SEQUENCE_BYTES_MAX {
            self.settle();
        }
        self.parser.advance(&mut self.found, &[byte]);
        if std::mem::take(&mut self.found.settled) {
            self.unsettled = 0;
        }
        self.found.key.take()
    }

    /// Abandons a character or sequence that was not finished.
    fn settle(&mut self) {
        if self.unsettled > 0 || self.found.shifted {
            *self = Self::default();
        }
    }
}

const ESCAPE: u8 = 0x1b;

/// The longest escape sequence, in bytes. Real keys send fewer than ten; what is longer is a string for
/// a terminal, which `vte` would collect without bound and which would swallow what is typed after it.
const SEQUENCE_BYTES_MAX: usize = 64;

/// What a control byte means: the usual emacs keys.
fn control(byte: u8) -> Option<Key> {
    Some(match byte {
        0x01 => Key::Home,
        0x02 => Key::Left,
        0x03 => Key::Interrupt,
        0x04 => Key::EndOfInput,
        0x05 => Key::End,
        0x06 => Key::Right,
        0x08 | 0x7f => Key::Backspace,
        b'\t' => Key::Tab,
        b'\n' => Key::Enter,
        0x0b => Key::KillAfter,
        0x0c => Key::Redraw,
        0x0e => Key::Down,
        0x10 => Key::Up,
        0x15 => Key::KillBefore,
        0x17 => Key::KillWord,
        _ => return None,
    })
}

/// What the parser found in the newest byte.
#[derive(Default)]
struct Found {
    key: Option<Key>,
    settled: bool,
    /// `ESC O` came: the next character names a key (SS3, as keypads and some function keys send it).
    shifted: bool,
}

impl Perform for Found {
    fn print(&mut self, char: char) {
        self.settled = true;
        if std::mem::take(&mut self.shifted) {
            self.key = arrow(char);
        } else if char != char::REPLACEMENT_CHARACTER && !char.is_control() {
            self.key = Some(Key::Char(char));
        }
    }

    fn execute(&mut self, _byte: u8) {
        self.settled = true;
    }

    fn csi_dispatch(&mut self, params: &Params, intermediates: &[u8], _ignore: bool, action: char) {
        self.settled = true;
        let first = params.iter().next().and_then(|it| it.first().copied()).unwrap_or_default();
        self.key = match (action, first) {
            _ if !intermediates.is_empty() => None,
            ('~', 1 | 7) => Some(Key::Home),
            ('~', 3) => Some(Key::Delete),
            ('~', 4 | 8) => Some(Key::End),
            (_, _) => arrow(action),
        };
    }

    fn osc_dispatch(&mut self, _params: &[&[u8]], _bell_terminated: bool) {
        self.settled = true;
    }

    fn esc_dispatch(&mut self, intermediates: &[u8], _ignore: bool, byte: u8) {
        self.settled = true;
        self.shifted = intermediates.is_empty() && byte == b'O';
    }
}

/// The key whose sequence ends in `action`, after `ESC [` as after `ESC O`.
fn arrow(action: char) -> Option<Key> {
    Some(match action {
        'A' => Key::Up,
        'B' => Key::Down,
        'C' => Key::Right,
        'D' => Key::Left,
        'F' => Key::End,
        'H' => Key::Home,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], keys: &[Key]) {
        let mut decoder = Decoder::default();
        assert_eq!(bytes.iter().filter_map(|byte| decoder.push(*byte)).collect::<Vec<_>>(), keys);
    }

    #[test]
    fn a_line_ends_once_however_it_ends() {
        check(b"\r", &[Key::Enter]);
        check(b"\n", &[Key::Enter]);
        check(b"\r\n", &[Key::Enter]);
        check(b"\r\0", &[Key::Enter]);
        check(b"\r\r\n\n", &[Key::Enter, Key::Enter, Key::Enter]);
        check(b"\ra\n", &[Key::Enter, Key::Char('a'), Key::Enter]);
    }

    #[test]
    fn keys_are_known_in_both_of_their_spellings() {
        check(b"\x1b[A\x1bOA\x1b[1;5C", &[Key::Up, Key::Up, Key::Right]);
        check(b"\x1b[H\x1b[1~\x1bOF\x1b[4~\x1b[3~", &[Key::Home, Key::Home, Key::End, Key::End, Key::Delete]);
    }

    #[test]
    fn unknown_sequences_and_bad_utf8_are_dropped() {
        check(
            b"\x1b[200~a\x1b[?1;2c\x1b]0;title\x07b\xff\xc3(",
            &[Key::Char('a'), Key::Char('b'), Key::Char('(')],
        );
        check("é\u{202f}€".as_bytes(), &[Key::Char('é'), Key::Char('\u{202f}'), Key::Char('€')]);
    }

    #[test]
    fn enter_ends_an_unfinished_sequence() {
        check(b"\x1b]0;title\ra", &[Key::Enter, Key::Char('a')]);
        check(b"\x1b[\r", &[Key::Enter]);
        check(b"\x1bO\rA", &[Key::Enter, Key::Char('A')]);
        check(b"\xe2\x82\rA", &[Key::Enter, Key::Char('A')]);
    }

    #[test]
    fn an_endless_sequence_is_abandoned() {
        let swallowed = "\x1b]".to_owned() + &"x".repeat(SEQUENCE_BYTES_MAX - 2);
        check(swallowed.as_bytes(), &[]);
        check((swallowed + "y").as_bytes(), &[Key::Char('y')]);
    }
}
