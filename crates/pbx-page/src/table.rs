use crate::{Form, Tone};

/// Rows under columns. The first cell of a row is its header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// What the rows are.
    pub caption: String,
    /// The columns, in order.
    pub columns: Vec<Column>,
    /// The rows, in order. The caller bounds them: one page at a time ([`Pager`]).
    pub rows: Vec<Row>,
    /// What to say where there are no rows.
    pub empty: String,
    /// The way to the other pages of rows.
    pub pager: Option<Pager>,
    /// A search box above the rows.
    pub search: Option<Search>,
    /// Whether this is a matrix (roles by permissions): narrow columns, centred marks, the first column stays in view.
    pub matrix: bool,
}

impl Table {
    /// A table without columns or rows.
    pub fn new(caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), empty: "Nothing to show.".to_owned(), ..Self::default() }
    }

    /// With one more column.
    #[must_use]
    pub fn column(mut self, column: impl Into<Column>) -> Self {
        self.columns.push(column.into());
        self
    }

    /// With one more row.
    #[must_use]
    pub fn row(mut self, row: Row) -> Self {
        self.rows.push(row);
        self
    }

    /// With what to say where there are no rows.
    #[must_use]
    pub fn empty(mut self, text: impl Into<String>) -> Self {
        self.empty = text.into();
        self
    }

    /// As a matrix: first column in view, the rest centred.
    #[must_use]
    pub fn matrix(mut self) -> Self {
        self.matrix = true;
        self
    }

    /// With a way to other pages.
    #[must_use]
    pub fn pager(mut self, pager: Pager) -> Self {
        self.pager = Some(pager);
        self
    }

    /// With a search box.
    #[must_use]
    pub fn search(mut self, search: Search) -> Self {
        self.search = Some(search);
        self
    }

    /// Whether any row offers actions, which makes a column of its own.
    pub fn has_actions(&self) -> bool {
        self.rows.iter().any(|row| !row.actions.is_empty())
    }

    /// How a cell in column `index` is aligned; the start where there is no such column.
    pub fn align(&self, index: usize) -> Align {
        match self.columns.get(index) {
            Some(column) if column.align != Align::Start => column.align,
            Some(_) | None if self.matrix && index > 0 => Align::Center,
            Some(_) | None => Align::Start,
        }
    }

    /// How many columns are drawn, that of the actions included.
    pub fn width(&self) -> usize {
        self.columns.len() + usize::from(self.has_actions())
    }
}

/// A column's head.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// What its cells are.
    pub label: String,
    /// Where its cells stand.
    pub align: Align,
}

impl Column {
    /// A column of numbers, aligned at the end.
    pub fn number(label: impl Into<String>) -> Self {
        Self { label: label.into(), align: Align::End }
    }
}

impl From<&str> for Column {
    fn from(label: &str) -> Self {
        Self { label: label.to_owned(), align: Align::Start }
    }
}

impl From<String> for Column {
    fn from(label: String) -> Self {
        Self { label, align: Align::Start }
    }
}

/// Where cells stand in their column.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// In the middle, for marks.
    Center,
    /// At the end, for numbers.
    End,
    /// At the start, for text.
    #[default]
    Start,
}

impl Align {
    /// The alignment's name in class names.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Center => "center",
            Self::End => "end",
            Self::Start => "start",
        }
    }
}

/// A row: cells, and what can be done to it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// One per column; the first is the row's header.
    pub cells: Vec<Cell>,
    /// One-button forms with hidden fields.
    pub actions: Vec<Form>,
}

impl Row {
    /// A row of `cells` without actions.
    pub fn new(cells: impl IntoIterator<Item = impl Into<Cell>>) -> Self {
        Self { cells: cells.into_iter().map(Into::into).collect(), actions: Vec::new() }
    }

    /// With one more action.
    #[must_use]
    pub fn action(mut self, form: Form) -> Self {
        self.actions.push(form);
        self
    }

    /// What the row is called: the text of its first cell.
    pub fn name(&self) -> &str {
        self.cells.first().map_or("", Cell::text)
    }
}

/// One value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// A word that stands out.
    Badge {
        /// How.
        tone: Tone,
        /// The word.
        text: String,
    },
    /// A way to another page of the same site.
    Link {
        /// As in [`crate::Link`].
        href: String,
        /// What it is called.
        text: String,
    },
    /// Text in a fixed-width face: a number, an address, an id.
    Mono(String),
    /// A cross, read as "No".
    No,
    /// Plain text.
    Text(String),
    /// A tick, read as "Yes".
    Yes,
}

impl Cell {
    /// A word that stands out.
    pub fn badge(tone: Tone, text: impl Into<String>) -> Self {
        Self::Badge { tone, text: text.into() }
    }

    /// A link to another page of the same site.
    pub fn link(href: impl Into<String>, text: impl Into<String>) -> Self {
        Self::Link { href: href.into(), text: text.into() }
    }

    /// Text in a fixed-width face.
    pub fn mono(text: impl Into<String>) -> Self {
        Self::Mono(text.into())
    }

    /// What the cell says without its looks.
    pub fn text(&self) -> &str {
        match self {
            Self::Badge { text, .. } | Self::Link { text, .. } | Self::Mono(text) | Self::Text(text) => text,
            Self::No => "No",
            Self::Yes => "Yes",
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Cell {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// Where the rows on show stand among all rows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pager {
    /// For example `51 to 100 of 1,200`.
    pub position: String,
    /// The page before, if there is one; as in [`crate::Link`].
    pub previous: Option<String>,
    /// The page after, if there is one; as in [`crate::Link`].
    pub next: Option<String>,
}

/// A search box: it gets the same page with a query.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The path to get; empty for the page itself.
    pub action: String,
    /// The query field's name.
    pub name: String,
    /// What can be searched for.
    pub label: String,
    /// What was searched for.
    pub value: String,
    /// Other query fields to keep.
    pub hidden: Vec<(String, String)>,
}
