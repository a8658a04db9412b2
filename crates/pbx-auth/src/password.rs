use std::fmt;

use pbx_kernel::{AccountName, Secret};
use serde::{Deserialize, Serialize};

/// What a new password must be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct PasswordRule {
    /// The fewest characters.
    pub length_min: usize,
    /// The most characters.
    #[serde(default = "length_max")]
    pub length_max: usize,
    /// Whether it needs a lower-case letter.
    #[serde(default)]
    pub lower: bool,
    /// Whether it needs an upper-case letter.
    #[serde(default)]
    pub upper: bool,
    /// Whether it needs a digit.
    #[serde(default)]
    pub digit: bool,
    /// The characters of which it needs one; none where it is empty.
    #[serde(default)]
    pub special: String,
    /// Whether only letters of a-z, digits and [`PasswordRule::special`] are allowed.
    #[serde(default)]
    pub nothing_else: bool,
    /// Whether it may consist of digits only and needs nothing else (a PIN).
    #[serde(default)]
    pub digits_only: bool,
    /// Whether the account's name in it, in any case, is refused; otherwise only a password equal to the name is.
    #[serde(default)]
    pub without_name: bool,
    /// Passwords that are refused, in any case.
    #[serde(default)]
    pub never: Vec<String>,
    /// How many earlier passwords, the present one included, may not come back.
    #[serde(default)]
    pub history: usize,
    /// After how many days it must be changed.
    #[serde(default)]
    pub expires_days: Option<u32>,
}

/// Why a password is refused. It never repeats the password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weakness {
    /// The account's name, or something with it.
    AccountName,
    /// On the list of passwords never accepted.
    Common,
    /// A character that is not allowed.
    ForbiddenCharacter,
    /// Something else than digits in a PIN.
    NotDigits,
    /// No digit.
    NoDigit,
    /// No lower-case letter.
    NoLower,
    /// No special character.
    NoSpecial,
    /// No upper-case letter.
    NoUpper,
    /// One of the last passwords.
    Reused,
    /// More characters than this.
    TooLong(usize),
    /// Fewer characters than this.
    TooShort(usize),
}

/// How hard a password is to guess, for feedback as it is chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Strength {
    /// Guessed at once.
    Weak,
    /// Guessed with some effort.
    Medium,
    /// Not guessed by anyone in reach.
    Strong,
}

impl PasswordRule {
    /// The rule without composition: only what must never be.
    pub fn lenient() -> Self {
        Self {
            length_min: 1,
            length_max: length_max(),
            lower: false,
            upper: false,
            digit: false,
            special: String::new(),
            nothing_else: false,
            digits_only: false,
            without_name: false,
            never: Vec::new(),
            history: 0,
            expires_days: None,
        }
    }

    /// Everything that is wrong with `password` for `account`; nothing where it is accepted.
    pub fn weaknesses(&self, account: &AccountName, password: &Secret) -> Vec<Weakness> {
        let text = password.expose_secret();
        let length = text.chars().count();
        let lower = text.to_lowercase();
        let name = account.folded();
        let is_name = lower == name.as_str() || (self.without_name && lower.contains(name.as_str()));
        let special = |it: char| self.special.contains(it);
        let allowed = |it: char| it.is_ascii_alphanumeric() || special(it);
        let has = |predicate: fn(char) -> bool| text.chars().any(predicate);
        let rules = [
            (length < self.length_min, Weakness::TooShort(self.length_min)),
            (length > self.length_max, Weakness::TooLong(self.length_max)),
            (self.digits_only && !text.bytes().all(|it| it.is_ascii_digit()), Weakness::NotDigits),
            (self.lower && !has(char::is_lowercase), Weakness::NoLower),
            (self.upper && !has(char::is_uppercase), Weakness::NoUpper),
            (self.digit && !has(|it| it.is_ascii_digit()), Weakness::NoDigit),
            (!self.special.is_empty() && !text.chars().any(special), Weakness::NoSpecial),
            (
                has(char::is_control) || (self.nothing_else && !text.chars().all(allowed)),
                Weakness::ForbiddenCharacter,
            ),
            (is_name, Weakness::AccountName),
            (self.never.iter().any(|it| it.to_lowercase() == lower), Weakness::Common),
        ];
        rules.into_iter().filter(|(broken, _)| *broken).map(|(_, weakness)| weakness).collect()
    }

    /// The rule in words, for the hint beside the field.
    pub fn describe(&self) -> String {
        let mut needs = Vec::new();
        for (needed, what) in [
            (self.lower, "a lower-case letter".to_owned()),
            (self.upper, "an upper-case letter".to_owned()),
            (self.digit, "a digit".to_owned()),
            (!self.special.is_empty(), format!("one of {}", self.special)),
        ] {
            if needed {
                needs.push(what);
            }
        }
        let kind = if self.digits_only { "digits" } else { "characters" };
        let length = format!("{} to {} {kind}", self.length_min, self.length_max);
        if needs.is_empty() { length } else { format!("{length}, with {}", needs.join(", ")) }
    }
}

impl Strength {
    /// The strength of `password` for `account`, by zxcvbn's estimate of the guesses it takes.
    pub fn of(account: &AccountName, password: &Secret) -> Self {
        let text: String = password.expose_secret().chars().take(STRENGTH_CHARS_MAX).collect();
        match zxcvbn::zxcvbn(&text, &[account.as_str()]).guesses_log10() {
            guesses if guesses < 6.0 => Self::Weak,
            guesses if guesses < 10.0 => Self::Medium,
            _ => Self::Strong,
        }
    }
}

impl fmt::Display for Strength {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Weak => "weak",
            Self::Medium => "medium",
            Self::Strong => "strong",
        })
    }
}

impl fmt::Display for Weakness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccountName => f.write_str("it is or contains the account's name"),
            Self::Common => f.write_str("it is one of the passwords everybody tries first"),
            Self::ForbiddenCharacter => f.write_str("it contains a character that is not allowed"),
            Self::NotDigits => f.write_str("it may consist of digits only"),
            Self::NoDigit => f.write_str("it needs a digit"),
            Self::NoLower => f.write_str("it needs a lower-case letter"),
            Self::NoSpecial => f.write_str("it needs a special character"),
            Self::NoUpper => f.write_str("it needs an upper-case letter"),
            Self::Reused => f.write_str("it was used before"),
            Self::TooLong(max) => write!(f, "it may have at most {max} characters"),
            Self::TooShort(min) => write!(f, "it needs at least {min} characters"),
        }
    }
}

/// The estimate's cost grows with the square of the length; more characters than these do not change the answer.
const STRENGTH_CHARS_MAX: usize = 64;

/// The longest password that any product accepts: long passphrases fit, hashing stays cheap.
fn length_max() -> usize {
    255
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule() -> PasswordRule {
        PasswordRule {
            length_min: 8,
            lower: true,
            upper: true,
            digit: true,
            special: "?-+".to_owned(),
            never: vec!["Password1?".to_owned()],
            ..PasswordRule::lenient()
        }
    }

    #[track_caller]
    fn check(password: &str, expected: &[Weakness]) {
        let account = AccountName::parse("Ada-Lovelace1").expect("valid");
        assert_eq!(rule().weaknesses(&account, &Secret::new(password)), expected);
    }

    #[test]
    fn a_password_must_keep_every_part_of_the_rule() {
        check("Abcdef1?", &[]);
        check("Abcde1?", &[Weakness::TooShort(8)]);
        check("ABCDEF1?", &[Weakness::NoLower]);
        check("abcdef1?", &[Weakness::NoUpper]);
        check("Abcdefg?", &[Weakness::NoDigit]);
        check("Abcdefg1", &[Weakness::NoSpecial]);
        check("pASSWORD1?", &[Weakness::Common]);
        check("ADA-lovelace1", &[Weakness::AccountName]);
        check("Abc\u{7}ef1?", &[Weakness::ForbiddenCharacter]);
        check(
            "",
            &[
                Weakness::TooShort(8),
                Weakness::NoLower,
                Weakness::NoUpper,
                Weakness::NoDigit,
                Weakness::NoSpecial,
            ],
        );
    }

    #[test]
    fn a_length_has_two_sides() {
        let rule = PasswordRule { length_max: 10, ..PasswordRule::lenient() };
        let account = AccountName::parse("ada").expect("valid");
        assert_eq!(rule.weaknesses(&account, &Secret::new("x".repeat(10))), []);
        assert_eq!(rule.weaknesses(&account, &Secret::new("x".repeat(11))), [Weakness::TooLong(10)]);
    }

    #[test]
    fn strength_grows_with_what_a_guesser_must_try() {
        let account = AccountName::parse("grace").expect("valid");
        let strength = |text: &str| Strength::of(&account, &Secret::new(text));
        assert_eq!(strength("password"), Strength::Weak);
        assert_eq!(strength("grace2026"), Strength::Weak);
        assert_eq!(strength("blue-kettle"), Strength::Medium);
        assert_eq!(strength("otter lamp 93 violin Quay"), Strength::Strong);
    }
}
