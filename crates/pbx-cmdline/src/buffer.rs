use std::mem;

use pbx_kernel::Secret;

use crate::LINE_BYTES_MAX;

/// The line being edited: text and a cursor that stands between characters.
#[derive(Default)]
pub(crate) struct Buffer {
    text: String,
    /// In bytes, at a character's edge.
    cursor: usize,
}

impl Buffer {
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn before_cursor(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or_default()
    }

    fn after_cursor(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or_default()
    }

    pub(crate) fn at_end(&self) -> bool {
        self.cursor == self.text.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Whether `bytes` more fit.
    pub(crate) fn has_room(&self, bytes: usize) -> bool {
        self.text.len() + bytes <= LINE_BYTES_MAX
    }

    /// Puts `text` at the cursor; the caller has asked whether it fits.
    pub(crate) fn insert(&mut self, text: &str) {
        if self.text.capacity() == 0 {
            // All at once, so that a hidden line never leaves a copy behind when it grows.
            self.text.reserve_exact(LINE_BYTES_MAX);
        }
        self.text.insert_str(self.cursor, text);
        self.cursor += text.len();
    }

    /// Replaces everything; the cursor stands at the end.
    pub(crate) fn set(&mut self, text: &str) {
        self.clear();
        self.insert(text);
    }

    pub(crate) fn left(&mut self) -> bool {
        let step = self.before_cursor().chars().next_back().map_or(0, char::len_utf8);
        self.cursor -= step;
        step > 0
    }

    pub(crate) fn right(&mut self) -> bool {
        let step = self.after_cursor().chars().next().map_or(0, char::len_utf8);
        self.cursor += step;
        step > 0
    }

    pub(crate) fn home(&mut self) -> bool {
        mem::take(&mut self.cursor) > 0
    }

    pub(crate) fn end(&mut self) -> bool {
        mem::replace(&mut self.cursor, self.text.len()) < self.text.len()
    }

    pub(crate) fn delete(&mut self) -> bool {
        let exists = !self.at_end();
        if exists {
            self.text.remove(self.cursor);
        }
        exists
    }

    pub(crate) fn backspace(&mut self) -> bool {
        self.left() && self.delete()
    }

    pub(crate) fn kill_before(&mut self) -> bool {
        let killed = self.text.drain(..self.cursor).count() > 0;
        self.cursor = 0;
        killed
    }

    pub(crate) fn kill_after(&mut self) -> bool {
        let killed = !self.at_end();
        self.text.truncate(self.cursor);
        killed
    }

    /// Removes the blanks before the cursor and the word before them.
    pub(crate) fn kill_word(&mut self) -> bool {
        let start = word_start(self.before_cursor().trim_end());
        let killed = start < self.cursor;
        self.text.drain(start..self.cursor);
        self.cursor = start;
        killed
    }

    /// The word that the cursor stands in or after, as far as the cursor.
    pub(crate) fn word(&self) -> &str {
        let before = self.before_cursor();
        before.get(word_start(before)..).unwrap_or_default()
    }

    /// Empties it and hands the text over.
    pub(crate) fn take(&mut self) -> String {
        self.cursor = 0;
        mem::take(&mut self.text)
    }

    /// Empties it and wipes the text.
    pub(crate) fn clear(&mut self) {
        drop(Secret::new(self.take()));
    }
}

/// Where the last word of `text` begins, in bytes.
fn word_start(text: &str) -> usize {
    text.rfind(char::is_whitespace).map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8))
}
