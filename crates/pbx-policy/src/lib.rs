//! A product's rules as data: the schema of `product.toml`, and errors that name file, line and field.
//!
//! A policy is read once, checked as a whole ([`Policy::parse`]) and then never changes: what an administrator
//! may change at run time are its [`Setting`]s, whose values live in the store.
//!
//! # Invariants
//!
//! - Nothing here performs I/O: files are read by whoever calls.
//! - A [`Policy`] in hand is consistent: every role, permission, rule and log it refers to is declared in it.

mod check;
mod error;
mod schema;

pub use error::{Mistake, PolicyError};
pub use schema::{
    AccountRules, Category, Control, DataField, DataStore, Deletes, ErasurePath, FieldId, Justification,
    Listener, ListenerState, Log, Measure, Method, Owner, PersonRecord, Policy, ProductFacts, Purpose, Rank,
    Recipient, Removal, RoleRow, Scope, Setting, SettingKind, Shipped, StoreKind, SubjectKind, Words,
};

impl Policy {
    /// Reads and checks a policy; `file` is only for error texts.
    pub fn parse(file: &str, text: &str) -> Result<Self, PolicyError> {
        let mut policy: Self =
            toml::from_str(text).map_err(|error| PolicyError::of_toml(file, text, &error))?;
        let Self { roles, permissions, .. } = &mut policy;
        roles.iter_mut().for_each(|it| it.spell_out(permissions));
        let mistakes = check::mistakes(&policy, text);
        if mistakes.is_empty() { Ok(policy) } else { Err(PolicyError { file: file.to_owned(), mistakes }) }
    }
}
