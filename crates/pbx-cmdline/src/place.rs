use std::cmp::Ordering;

use unicode_width::UnicodeWidthChar;

/// Where a terminal's cursor is, counted from the row and column where the prompt began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) row: usize,
    pub(crate) column: usize,
}

impl Place {
    /// Where it is after `text`, on a terminal of `columns` that wraps.
    ///
    /// A character that does not fit moves to the next row whole; a full row has already moved on,
    /// which the editor makes sure of.
    pub(crate) fn after(self, text: &str, columns: usize) -> Self {
        text.chars().map(|it| it.width().unwrap_or(0)).fold(self, |place, width| place.plus(width, columns))
    }

    fn plus(self, width: usize, columns: usize) -> Self {
        let start = if self.column + width > columns { Self { row: self.row + 1, column: 0 } } else { self };
        match start.column + width {
            column if column >= columns => Self { row: start.row + 1, column: 0 },
            column => Self { column, ..start },
        }
    }

    /// The bytes that move a cursor from here to `there`.
    pub(crate) fn travel(self, there: Self) -> String {
        let rows = match there.row.cmp(&self.row) {
            Ordering::Less => format!("\x1b[{}A", self.row - there.row),
            Ordering::Equal => String::new(),
            Ordering::Greater => format!("\x1b[{}B", there.row - self.row),
        };
        let columns = match there.column.cmp(&self.column) {
            Ordering::Less if there.column == 0 => "\r".to_owned(),
            Ordering::Less => format!("\x1b[{}D", self.column - there.column),
            Ordering::Equal => String::new(),
            Ordering::Greater => format!("\x1b[{}C", there.column - self.column),
        };
        rows + &columns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_row_moves_on_and_a_wide_character_moves_whole() {
        let after = |text: &str| Place::default().after(text, 10);
        assert_eq!(after("123456789"), Place { row: 0, column: 9 });
        assert_eq!(after("1234567890"), Place { row: 1, column: 0 });
        assert_eq!(after("123456789世"), Place { row: 1, column: 2 });
        assert_eq!(after("12345678世"), Place { row: 1, column: 0 });
        assert_eq!(after("e\u{301}"), Place { row: 0, column: 1 });
    }

    #[test]
    fn travel_is_nothing_where_it_is() {
        let here = Place { row: 1, column: 4 };
        assert_eq!(here.travel(here), "");
        assert_eq!(here.travel(Place { row: 0, column: 0 }), "\x1b[1A\r");
        assert_eq!(here.travel(Place { row: 2, column: 5 }), "\x1b[1B\x1b[1C");
        assert_eq!(here.travel(Place { row: 1, column: 1 }), "\x1b[3D");
    }
}
