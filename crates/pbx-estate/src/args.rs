use std::collections::BTreeMap;

use pbx_kernel::Secret;

use crate::Refusal;

/// The named values of a request, wherever they came from: switches, a form, JSON, or a path.
///
/// Values under a name of [`Args::SECRET_NAMES`] are kept apart as secrets and never shown again.
#[derive(Clone, Debug, Default)]
pub struct Args {
    texts: BTreeMap<String, Vec<String>>,
    secrets: BTreeMap<String, Secret>,
}

impl Args {
    /// The names under which every face sends secrets.
    pub const SECRET_NAMES: [&str; 6] = ["password", "confirm", "current", "pin", "local-password", "token"];

    /// The most values a request may carry.
    pub const VALUES_MAX: usize = 512;

    /// Arguments with one value each.
    pub fn of<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut args = Self::default();
        for (name, value) in pairs {
            args.add(name, value);
        }
        args
    }

    /// Adds a value; those beyond [`Args::VALUES_MAX`] are dropped.
    pub fn add(&mut self, name: &str, value: &str) {
        if Self::SECRET_NAMES.contains(&name) {
            self.secrets.insert(name.to_owned(), Secret::new(value));
        } else if self.texts.values().map(Vec::len).sum::<usize>() < Self::VALUES_MAX {
            self.texts.entry(name.to_owned()).or_default().push(value.to_owned());
        }
    }

    /// The same without the values of `name`.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut args = self.clone();
        args.texts.remove(name);
        args.secrets.remove(name);
        args
    }

    /// The same with `value` as the one value of `name`.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut args = self.without(name);
        args.add(name, value);
        args
    }

    /// The value of `name`, trimmed; a refusal where there is none.
    pub fn text(&self, name: &'static str) -> Result<&str, Refusal> {
        self.get(name).ok_or(Refusal::Missing(name))
    }

    /// The value of `name`, trimmed, where there is one that is not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.texts.get(name).and_then(|it| it.last()).map(|it| it.trim()).filter(|it| !it.is_empty())
    }

    /// Whether `name` was given at all, even empty.
    pub fn has(&self, name: &str) -> bool {
        self.texts.contains_key(name) || self.secrets.contains_key(name)
    }

    /// Every value of `name`.
    pub fn all(&self, name: &str) -> &[String] {
        self.texts.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a box was ticked or a switch given.
    pub fn flag(&self, name: &str) -> bool {
        self.texts
            .get(name)
            .and_then(|it| it.last())
            .is_some_and(|it| !matches!(it.as_str(), "off" | "no" | "false" | "0"))
    }

    /// The number under `name`, where there is one.
    pub fn number(&self, name: &'static str) -> Result<Option<u64>, Refusal> {
        let parse = |it: &str| it.parse().map_err(|_| Refusal::bad(name, "is not a whole number"));
        self.get(name).map(parse).transpose()
    }

    /// The secret under `name`; a refusal where there is none or it is empty.
    pub fn secret(&self, name: &'static str) -> Result<&Secret, Refusal> {
        self.secret_if_given(name).ok_or(Refusal::Missing(name))
    }

    /// The secret under `name`, where there is one that is not empty.
    pub fn secret_if_given(&self, name: &str) -> Option<&Secret> {
        self.secrets.get(name).filter(|it| !it.expose_secret().is_empty())
    }

    /// Every name with its last value that is no secret, to fill a form again.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.texts.iter().filter_map(|(name, values)| Some((name.as_str(), values.last()?.as_str())))
    }
}
