/// A form. One that posts carries the session's forgery token without being asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Form {
    /// Its id, unique on the page; the ids of its fields begin with it. May be empty for one-button forms.
    pub id: String,
    /// The path to send to; empty for the page itself.
    pub action: String,
    /// How it is sent.
    pub method: Method,
    /// What it is for; empty for one-button forms.
    pub legend: String,
    /// The label of its button.
    pub submit: String,
    /// Whether its button warns.
    pub tone: FormTone,
    /// What the caller fills in.
    pub fields: Vec<Field>,
    /// What is sent along unseen: name and value. Never a secret.
    pub hidden: Vec<(String, String)>,
}

impl Form {
    /// A form that posts to `action`.
    pub fn post(id: impl Into<String>, action: impl Into<String>, submit: impl Into<String>) -> Self {
        Self { id: id.into(), action: action.into(), submit: submit.into(), ..Self::default() }
    }

    /// A form that gets `action` with a query: a filter.
    pub fn get(id: impl Into<String>, action: impl Into<String>, submit: impl Into<String>) -> Self {
        Self { method: Method::Get, ..Self::post(id, action, submit) }
    }

    /// A one-button form without an id or fields, for rows and action bars.
    pub fn button(action: impl Into<String>, submit: impl Into<String>) -> Self {
        Self::post("", action, submit)
    }

    /// With what it is for.
    #[must_use]
    pub fn legend(mut self, legend: impl Into<String>) -> Self {
        self.legend = legend.into();
        self
    }

    /// With a button that warns.
    #[must_use]
    pub fn danger(mut self) -> Self {
        self.tone = FormTone::Danger;
        self
    }

    /// With one more field.
    #[must_use]
    pub fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// With one more unseen field. Never a secret.
    #[must_use]
    pub fn hidden(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.hidden.push((name.into(), value.into()));
        self
    }

    /// Whether it posts, and so carries the forgery token.
    pub fn posts(&self) -> bool {
        self.method == Method::Post
    }

    /// Whether it has a file, and so must be sent as `multipart/form-data`.
    pub fn has_file(&self) -> bool {
        self.fields.iter().any(|field| field.kind == FieldKind::File)
    }

    /// Whether any field must be filled in.
    pub fn has_required(&self) -> bool {
        self.fields.iter().any(|field| field.required)
    }
}

/// How a form is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// As a query: for reading.
    Get,
    /// As a body: for changing.
    #[default]
    Post,
}

/// How a form's button looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FormTone {
    /// It removes, erases or locks out.
    Danger,
    /// It does anything else.
    #[default]
    Normal,
}

/// Something to fill in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// The name it is sent under.
    pub name: String,
    /// What it is called.
    pub label: String,
    /// How to fill it in; may be empty.
    pub hint: String,
    /// Why it was refused.
    pub error: Option<String>,
    /// What was typed or is set; a checkbox is ticked where this is `on`. Never rendered for a password or a file.
    pub value: String,
    /// What kind of control it is.
    pub kind: FieldKind,
    /// Whether it must be filled in.
    pub required: bool,
    /// What a browser may fill in by itself; may be empty. Password fields bring their own.
    pub autocomplete: String,
}

impl Field {
    /// A field of `kind`, empty and optional.
    pub fn new(name: impl Into<String>, label: impl Into<String>, kind: FieldKind) -> Self {
        Self { name: name.into(), label: label.into(), kind, ..Self::default() }
    }

    /// One line of text.
    pub fn text(name: impl Into<String>, label: impl Into<String>) -> Self {
        Self::new(name, label, FieldKind::Text)
    }

    /// A password.
    pub fn password(name: impl Into<String>, label: impl Into<String>, autocomplete: Autocomplete) -> Self {
        Self::new(name, label, FieldKind::Password { autocomplete })
    }

    /// A whole number from `min` to `max`.
    pub fn number(name: impl Into<String>, label: impl Into<String>, min: i64, max: i64) -> Self {
        Self::new(name, label, FieldKind::Number { min, max })
    }

    /// One of several.
    pub fn select(
        name: impl Into<String>,
        label: impl Into<String>,
        options: impl IntoIterator<Item = Choice>,
    ) -> Self {
        Self::new(name, label, FieldKind::Select { options: options.into_iter().collect() })
    }

    /// A tick, sent as `on`.
    pub fn checkbox(name: impl Into<String>, label: impl Into<String>, ticked: bool) -> Self {
        let value = if ticked { "on" } else { "" };
        Self { value: value.to_owned(), ..Self::new(name, label, FieldKind::Checkbox) }
    }

    /// One of several ticks under the same name, sent as `value`.
    pub fn option(
        name: impl Into<String>,
        label: impl Into<String>,
        value: impl Into<String>,
        ticked: bool,
    ) -> Self {
        Self { value: value.into(), ..Self::new(name, label, FieldKind::Option { ticked }) }
    }

    /// With what was typed or is set. A password stays empty.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        if !self.is_password() {
            self.value = value.into();
        }
        self
    }

    /// With how to fill it in.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }

    /// With why it was refused.
    #[must_use]
    pub fn error(mut self, error: impl Into<String>) -> Self {
        self.error = Some(error.into());
        self
    }

    /// As one that must be filled in.
    #[must_use]
    pub fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// With what a browser may fill in by itself, for example `username`.
    #[must_use]
    pub fn autocomplete(mut self, autocomplete: impl Into<String>) -> Self {
        self.autocomplete = autocomplete.into();
        self
    }

    /// Whether it is a password, which is never sent back.
    pub fn is_password(&self) -> bool {
        matches!(self.kind, FieldKind::Password { .. })
    }

    /// Whether it is a box to tick.
    pub fn is_box(&self) -> bool {
        matches!(self.kind, FieldKind::Checkbox | FieldKind::Option { .. })
    }

    /// Whether its box is ticked.
    pub fn ticked(&self) -> bool {
        match self.kind {
            FieldKind::Option { ticked } => ticked,
            _ => self.value == "on",
        }
    }

    /// What its box is sent as when it is ticked.
    pub fn sent(&self) -> &str {
        match self.kind {
            FieldKind::Option { .. } => &self.value,
            _ => "on",
        }
    }
}

/// What kind of control a field is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum FieldKind {
    /// A tick, sent as `on`.
    Checkbox,
    /// A day, sent as `2026-11-22`.
    Date,
    /// One mail address.
    Email,
    /// A file of the caller's; the form is sent as `multipart/form-data`.
    File,
    /// A whole number.
    Number {
        /// The smallest.
        min: i64,
        /// The largest.
        max: i64,
    },
    /// One of several ticks under one name, sent as the field's value.
    Option {
        /// Whether it is ticked.
        ticked: bool,
    },
    /// A password, hidden while typed.
    Password {
        /// What a password manager should do.
        autocomplete: Autocomplete,
    },
    /// One of several.
    Select {
        /// The choices, in order.
        options: Vec<Choice>,
    },
    /// One line.
    #[default]
    Text,
    /// Several lines.
    Textarea,
}

/// One of a select's choices.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub label: String,
}

impl Choice {
    /// A choice sent as `value` and shown as `label`.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into() }
    }
}

/// What a password manager should do with a password field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Autocomplete {
    /// Fill in the stored password.
    Current,
    /// Offer to make one up.
    New,
    /// Nothing: a PIN or a one-time code.
    OneTime,
}

impl Autocomplete {
    /// The token of the HTML standard.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Current => "current-password",
            Self::New => "new-password",
            Self::OneTime => "one-time-code",
        }
    }
}
