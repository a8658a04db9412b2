//! As much of a terminal as the editor's output needs, to see what a caller sees.

use unicode_width::UnicodeWidthChar;
use vte::{Params, Parser, Perform};

use super::Place;

pub(super) struct Screen {
    /// The second half of a wide character is `\0`.
    rows: Vec<Vec<char>>,
    cursor: Place,
    columns: usize,
}

impl Screen {
    /// What a terminal of `columns` shows after `bytes`.
    pub(super) fn of(bytes: &[u8], columns: usize) -> Self {
        let mut screen = Self { rows: Vec::new(), cursor: Place::default(), columns };
        Parser::new().advance(&mut screen, bytes);
        screen
    }

    /// The rows, without blanks at their ends and without blank rows at the end.
    pub(super) fn text(&self) -> Vec<String> {
        let row =
            |row: &Vec<char>| row.iter().filter(|it| **it != '\0').collect::<String>().trim_end().to_owned();
        let mut rows: Vec<_> = self.rows.iter().map(row).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }

    pub(super) fn cursor(&self) -> Place {
        self.cursor
    }

    fn put(&mut self, column: usize, char: char) {
        let row = self.cursor.row;
        if self.rows.len() <= row {
            self.rows.resize(row + 1, vec![' '; self.columns]);
        }
        self.rows[row][column] = char;
    }
}

impl Perform for Screen {
    fn print(&mut self, char: char) {
        let width = char.width().unwrap_or(0);
        if self.cursor.column + width > self.columns {
            self.cursor = Place { row: self.cursor.row + 1, column: 0 };
        }
        for (offset, it) in [char, '\0'].into_iter().take(width).enumerate() {
            self.put(self.cursor.column + offset, it);
        }
        self.cursor.column += width;
    }

    fn execute(&mut self, byte: u8) {
        match byte {
            b'\r' => self.cursor.column = 0,
            b'\n' => self.cursor.row += 1,
            _ => {}
        }
    }

    fn csi_dispatch(&mut self, params: &Params, _intermediates: &[u8], _ignore: bool, action: char) {
        let count = params.iter().next().map_or(1, |it| usize::from(it[0]).max(1));
        match action {
            'A' => self.cursor.row = self.cursor.row.checked_sub(count).expect("on the screen"),
            'B' => self.cursor.row += count,
            'C' => self.cursor.column += count,
            'D' => self.cursor.column = self.cursor.column.checked_sub(count).expect("on the screen"),
            'J' => {
                let Place { row, column } = self.cursor;
                self.rows.truncate(row + 1);
                if let Some(last) = self.rows.get_mut(row) {
                    last[column..].fill(' ');
                }
            }
            other => panic!("the editor does not send {other}"),
        }
    }
}
