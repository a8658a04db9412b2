use std::fmt;

use crate::{Form, Note, Theme};

/// What stands around a sheet: which product and site, where else to go, who is logged in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// The product's name, as its paper says it.
    pub product: String,
    /// The product's looks.
    pub theme: Theme,
    /// The site's id.
    pub site: String,
    /// A line beside the product's name, for example the release; may be empty.
    pub heading: String,
    /// Where else to go.
    pub nav: Vec<NavGroup>,
    /// Who is logged in.
    pub signed_in: Option<SignedIn>,
    /// The path that the log-out button posts to; no button where absent.
    pub logout: Option<String>,
    /// What just happened.
    pub notices: Vec<Note>,
    /// The session's forgery token. A page with a posting form needs one.
    pub csrf: Option<Csrf>,
    /// The line that says this is Understudy.
    pub lab_notice: String,
    /// The world's virtual time, as text; may be empty.
    pub time: String,
}

/// The navigation's first level.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NavGroup {
    /// What its items have in common; may be empty where there is only one group.
    pub label: String,
    /// The ways, in order.
    pub items: Vec<NavItem>,
}

impl NavGroup {
    /// A group without items.
    pub fn new(label: impl Into<String>) -> Self {
        Self { label: label.into(), items: Vec::new() }
    }

    /// With one more item.
    #[must_use]
    pub fn item(mut self, item: NavItem) -> Self {
        self.items.push(item);
        self
    }

    /// Whether the page on show is one of its items.
    pub fn is_current(&self) -> bool {
        self.items.iter().any(|item| item.current)
    }

    /// Where the group's own label leads: its first item.
    pub fn href(&self) -> &str {
        self.items.first().map_or("", |item| &item.href)
    }
}

/// One way in the navigation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NavItem {
    /// What it is called.
    pub label: String,
    /// As in [`crate::Link`].
    pub href: String,
    /// Whether it is the page on show.
    pub current: bool,
    /// A code by which the product's documentation names the page, for example `=t0`.
    pub code: Option<String>,
}

impl NavItem {
    /// A way to `href`, which is not the page on show.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self { label: label.into(), href: href.into(), ..Self::default() }
    }

    /// With whether it is the page on show.
    #[must_use]
    pub fn current(mut self, current: bool) -> Self {
        self.current = current;
        self
    }

    /// With a code.
    #[must_use]
    pub fn code(mut self, code: impl Into<String>) -> Self {
        self.code = Some(code.into());
        self
    }
}

/// Who is logged in, as the header shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignedIn {
    /// The account's name.
    pub name: String,
    /// Its role, as the product calls it.
    pub role: String,
}

/// A session's forgery token: it may appear in its own pages, nowhere else.
#[derive(Clone, PartialEq, Eq)]
pub struct Csrf(String);

impl Csrf {
    /// The name that every posting form sends the token under.
    pub const FIELD: &'static str = "csrf";

    /// Wraps the token.
    pub fn new(token: impl Into<String>) -> Self {
        Self(token.into())
    }

    /// The token itself, for the one place that writes it into a form.
    pub(crate) fn expose_token(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Csrf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<csrf>")
    }
}

/// A page before login: who the product is, what it warns of, and one form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoginFrame {
    /// The product's name, as its paper says it.
    pub product: String,
    /// The product's looks.
    pub theme: Theme,
    /// The site's id.
    pub site: String,
    /// The card's heading, for example `Log in`.
    pub heading: String,
    /// The banner, one paragraph each; may be empty.
    pub banner: Vec<String>,
    /// Ways to log in, where the product has several.
    pub tabs: Vec<Tab>,
    /// What to fill in, under the product's own field names. Its legend is not drawn: the heading says it.
    pub form: Form,
    /// What just happened, for example a refusal.
    pub notices: Vec<Note>,
    /// The forgery token of the session before login.
    pub csrf: Option<Csrf>,
    /// The line that says this is Understudy.
    pub lab_notice: String,
    /// The world's virtual time, as text; may be empty.
    pub time: String,
}

/// One of several ways to log in: a link to the same page for the other form.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tab {
    /// What it is called, for example `PIN`.
    pub label: String,
    /// As in [`crate::Link`].
    pub href: String,
    /// Whether its form is on show.
    pub current: bool,
}
