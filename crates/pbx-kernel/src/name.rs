use std::fmt;

use serde::{Deserialize, Serialize};

/// Which site: 1 to 63 of `a-z`, `0-9` and `-`, beginning with a letter or digit, so that it fits a host name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct SiteId(String);

impl SiteId {
    /// Parses the rule above.
    pub fn parse(text: &str) -> Result<Self, ParseNameError> {
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if (1..=63).contains(&text.len()) && text.bytes().all(allowed) && !text.starts_with('-') {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseNameError("a site id is 1 to 63 of a-z, 0-9 and -, and does not begin with -"))
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a caller says its account is called: 1 to 64 characters without control characters, trimmed.
///
/// Products that ignore case fold it before they look ([`AccountName::folded`]).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountName(String);

impl AccountName {
    /// Parses the rule above.
    pub fn parse(text: &str) -> Result<Self, ParseNameError> {
        let text = text.trim();
        if (1..=64).contains(&text.chars().count()) && !text.chars().any(char::is_control) {
            Ok(Self(text.to_owned()))
        } else {
            Err(ParseNameError("an account name is 1 to 64 characters without control characters"))
        }
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in lower case, for products whose names ignore case.
    #[must_use]
    pub fn folded(&self) -> Self {
        Self(self.0.to_lowercase())
    }
}

/// The text breaks the rule it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseNameError(pub(crate) &'static str);

macro_rules! text_newtype {
    ($name:ident) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = ParseNameError;

            fn try_from(text: String) -> Result<Self, ParseNameError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0
            }
        }
    };
}

text_newtype!(SiteId);
text_newtype!(AccountName);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_id_fits_a_host_name() {
        assert!(SiteId::parse("mx-one").is_ok());
        assert!(SiteId::parse(&"a".repeat(63)).is_ok());
        for bad in ["", "-a", "A", "a_b", "a.b", &"a".repeat(64)] {
            assert!(SiteId::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_account_name_is_trimmed_and_bounded() {
        assert_eq!(AccountName::parse(" System Setup Admin ").expect("valid").as_str(), "System Setup Admin");
        assert!(AccountName::parse(&"x".repeat(64)).is_ok());
        for bad in ["", "  ", "a\0b", "a\nb", &"x".repeat(65)] {
            assert!(AccountName::parse(bad).is_err(), "{bad:?}");
        }
    }
}
