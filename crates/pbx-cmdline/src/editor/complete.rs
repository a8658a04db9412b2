use super::{Edit, Editor};
use crate::layout::{plain, width};

impl Editor {
    /// Answers [`Edit::Complete`] with what the word before the cursor may become. Returns bytes for the screen.
    ///
    /// One candidate is filled in with a blank after it. Of several the part they share is filled in; where they
    /// share no more than is typed, the first Tab rings and the second lists them. Candidates that do not
    /// continue the word are ignored.
    pub fn complete(&mut self, candidates: &[String]) -> Vec<u8> {
        let word = self.buffer.word().to_owned();
        let fits = |it: &&str| it.starts_with(&word) && !it.chars().any(char::is_control);
        let candidates: Vec<&str> =
            candidates.iter().map(String::as_str).filter(fits).take(CANDIDATES_MAX).collect();
        let addition = match candidates.as_slice() {
            [] => String::new(),
            [only] => format!("{} ", &only[word.len()..]),
            several => shared(several).get(word.len()..).unwrap_or_default().to_owned(),
        };
        if !addition.is_empty() && self.buffer.has_room(addition.len()) {
            self.fill_in(&addition);
        } else if self.idle_tabs < 2 || candidates.is_empty() {
            self.write("\x07");
        } else {
            self.list(&candidates);
        }
        std::mem::take(&mut self.written)
    }

    /// Tab: asks, where typing shows.
    pub(super) fn tab(&mut self) {
        if self.shows() {
            self.idle_tabs += 1;
            self.event = Some(Edit::Complete(self.buffer.before_cursor().to_owned()));
        }
    }

    fn fill_in(&mut self, addition: &str) {
        self.idle_tabs = 0;
        self.buffer.insert(addition);
        self.redraw();
    }

    /// Lists the candidates under the line and draws the line again under them.
    fn list(&mut self, candidates: &[&str]) {
        let column = candidates.iter().map(|it| width(it)).max().unwrap_or(0) + 2;
        let per_row = (self.columns() / column).max(1);
        let mut text = String::from("\r\n");
        for row in candidates.chunks(per_row) {
            let cells: Vec<_> =
                row.iter().map(|it| format!("{}{}", plain(it), " ".repeat(column - width(it)))).collect();
            text.push_str(cells.concat().trim_end());
            text.push_str("\r\n");
        }
        self.write(&text);
        self.place = super::Place::default();
        self.redraw();
    }
}

/// The most candidates looked at: more than a screen holds says nothing.
const CANDIDATES_MAX: usize = 200;

/// What all of `candidates` begin with.
fn shared<'a>(candidates: &[&'a str]) -> &'a str {
    let Some((first, rest)) = candidates.split_first() else { return "" };
    let same = |other: &&str| first.chars().zip(other.chars()).take_while(|(one, two)| one == two).count();
    let chars = rest.iter().map(same).min().unwrap_or(usize::MAX);
    first.char_indices().nth(chars).map_or(first, |(at, _)| &first[..at])
}
