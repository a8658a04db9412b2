use crate::{Form, Table};

/// What a page says: a title and blocks under it, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sheet {
    /// The page's heading, also the first part of the document's title.
    pub title: String,
    /// One sentence under the heading.
    pub intro: Option<String>,
    /// The content.
    pub blocks: Vec<Block>,
}

impl Sheet {
    /// An empty sheet called `title`.
    pub fn new(title: impl Into<String>) -> Self {
        Self { title: title.into(), ..Self::default() }
    }

    /// With one sentence under the heading.
    #[must_use]
    pub fn intro(mut self, intro: impl Into<String>) -> Self {
        self.intro = Some(intro.into());
        self
    }

    /// With one more block.
    #[must_use]
    pub fn block(mut self, block: impl Into<Block>) -> Self {
        self.blocks.push(block.into());
        self
    }
}

/// One part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
    /// One-button forms side by side, each without visible fields.
    Actions(Vec<Form>),
    /// Labels and values.
    Facts(Facts),
    /// A form.
    Form(Form),
    /// A heading between blocks.
    Heading(String),
    /// Links side by side: what a start page offers.
    Links(Vec<Link>),
    /// A remark.
    Note(Note),
    /// Lines exactly as they are, in a fixed-width face: a log, a configuration, a code shown once.
    Preformatted {
        /// What the lines are.
        label: String,
        /// The lines.
        text: String,
    },
    /// A table.
    Table(Table),
    /// A paragraph.
    Text(String),
}

impl From<Facts> for Block {
    fn from(facts: Facts) -> Self {
        Self::Facts(facts)
    }
}

impl From<Form> for Block {
    fn from(form: Form) -> Self {
        Self::Form(form)
    }
}

impl From<Note> for Block {
    fn from(note: Note) -> Self {
        Self::Note(note)
    }
}

impl From<Table> for Block {
    fn from(table: Table) -> Self {
        Self::Table(table)
    }
}

/// A list of labels and values, for one thing's properties.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// What the properties belong to; empty where the sheet's title says it.
    pub caption: String,
    /// The properties, in order.
    pub facts: Vec<Fact>,
}

impl Facts {
    /// No facts yet about `caption`.
    pub fn new(caption: impl Into<String>) -> Self {
        Self { caption: caption.into(), facts: Vec::new() }
    }

    /// With one more fact.
    #[must_use]
    pub fn fact(mut self, label: impl Into<String>, value: impl Into<crate::Cell>) -> Self {
        self.facts.push(Fact { label: label.into(), value: value.into() });
        self
    }
}

/// One property.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// Its name.
    pub label: String,
    /// What it is.
    pub value: crate::Cell,
}

/// A way to another page of the same site.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// A path beginning with `/`, a query beginning with `?` or a fragment beginning with `#`.
    pub href: String,
    /// What it is called.
    pub text: String,
    /// One sentence about it; may be empty.
    pub hint: String,
}

/// A remark that stands out by its tone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Note {
    /// How much it matters.
    pub tone: Tone,
    /// What it says.
    pub text: String,
}

impl Note {
    /// A remark of `tone`.
    pub fn new(tone: Tone, text: impl Into<String>) -> Self {
        Self { tone, text: text.into() }
    }

    /// Something to know.
    pub fn info(text: impl Into<String>) -> Self {
        Self::new(Tone::Info, text)
    }

    /// Something that worked.
    pub fn success(text: impl Into<String>) -> Self {
        Self::new(Tone::Success, text)
    }

    /// Something to beware of.
    pub fn warning(text: impl Into<String>) -> Self {
        Self::new(Tone::Warning, text)
    }

    /// Something that was refused.
    pub fn error(text: impl Into<String>) -> Self {
        Self::new(Tone::Error, text)
    }
}

/// How a note or badge stands out. It never speaks by colour alone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    /// Refused, failed, locked.
    Error,
    /// Neutral.
    #[default]
    Info,
    /// Done, healthy, on.
    Success,
    /// Careful.
    Warning,
}

impl Tone {
    /// The tone's name in class names.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Info => "info",
            Self::Success => "success",
            Self::Warning => "warning",
        }
    }

    /// The word before a note's text, so that the tone reaches those who see no colour.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "Error",
            Self::Info => "Note",
            Self::Success => "Done",
            Self::Warning => "Warning",
        }
    }

    /// The ARIA role of a notice: what went wrong is announced at once, the rest politely.
    pub const fn role(self) -> &'static str {
        match self {
            Self::Error | Self::Warning => "alert",
            Self::Info | Self::Success => "status",
        }
    }
}
