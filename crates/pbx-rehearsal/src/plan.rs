use pbx_kernel::Timestamp;
use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Place};

/// What is done about a person in one store, and why not more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "decision", rename_all = "kebab-case", deny_unknown_fields)]
pub enum Decision {
    /// The items are removed.
    Delete,
    /// The items stay and name nobody.
    Anonymise,
    /// The key that the items are sealed under is destroyed.
    DestroyKey,
    /// The link between the items and the person is cut.
    Detach,
    /// The items stay, for a reason that the law accepts: Art. 17(3).
    Keep {
        /// The reason.
        reason: String,
    },
    /// The product has no way of doing it, and its paper says so.
    NotPossible,
    /// Somebody else holds the items: a recipient, another system, an operator with a procedure of their own.
    External {
        /// When they reported that it is done; nothing while they have not.
        #[serde(with = "crate::rfc3339::option")]
        closed: Option<Timestamp>,
    },
    /// The product's paper does not say whether it can be done.
    Silent,
}

impl Decision {
    /// How it sanitises, in the terms of NIST SP 800-88.
    pub const fn method(&self) -> Method {
        match self {
            Self::Delete | Self::Anonymise => Method::Clear,
            Self::DestroyKey => Method::PurgeCryptographicErase,
            Self::Detach | Self::Keep { .. } | Self::NotPossible | Self::External { .. } | Self::Silent => {
                Method::None
            }
        }
    }

    /// The decision in words, for people.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Delete => "delete",
            Self::Anonymise => "anonymise",
            Self::DestroyKey => "destroy the key",
            Self::Detach => "detach from the person",
            Self::Keep { .. } => "keep, with a reason",
            Self::NotPossible => "not possible",
            Self::External { closed: None } => "external, open",
            Self::External { closed: Some(_) } => "external, closed",
            Self::Silent => "paper silent",
        }
    }

    /// Whether nothing of the person may be left in the store afterwards.
    pub const fn clears(&self) -> bool {
        matches!(self, Self::Delete | Self::Anonymise | Self::DestroyKey | Self::Detach)
    }

    /// Whether something of the person may be left, and the certificate must say so.
    pub const fn is_exception(&self) -> bool {
        match self {
            Self::Keep { .. } | Self::NotPossible | Self::External { closed: None } | Self::Silent => true,
            Self::Delete
            | Self::Anonymise
            | Self::DestroyKey
            | Self::Detach
            | Self::External { closed: Some(_) } => false,
        }
    }
}

/// How thoroughly data was made unreadable: the categories of NIST SP 800-88.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Removed or overwritten by the system's own means.
    Clear,
    /// The medium itself was destroyed.
    Destroy,
    /// Not at all.
    None,
    /// Purged by cryptographic erase: the only key was destroyed.
    PurgeCryptographicErase,
}

impl Method {
    /// The method in words, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Clear => "Clear",
            Self::Destroy => "Destroy",
            Self::None => "none",
            Self::PurgeCryptographicErase => "Purge: cryptographic erase",
        }
    }
}

/// The plan for one store, and, once it was executed, what came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StorePlan {
    /// The store's id in the product's policy, for example `voice-mail`.
    pub store: String,
    /// What the product calls it.
    pub name: String,
    /// What is done.
    pub decision: Decision,
    /// How it sanitises; [`Decision::method`], or more where the site does more than the product would.
    pub method: Method,
    /// How many items name the person before.
    pub before: u64,
    /// How many items name the person after; nothing until it was executed.
    pub after: Option<u64>,
    /// The controls that it rests on, for example `mx-one/cdr-erasure`.
    pub controls: Vec<String>,
    /// The document and section that say what is possible.
    pub citation: String,
}

impl StorePlan {
    /// A plan that is not executed yet.
    pub fn new(
        store: impl Into<String>,
        name: impl Into<String>,
        decision: Decision,
        before: u64,
        citation: impl Into<String>,
    ) -> Self {
        Self {
            store: store.into(),
            name: name.into(),
            method: decision.method(),
            decision,
            before,
            after: None,
            controls: Vec::new(),
            citation: citation.into(),
        }
    }
}

/// What is done about a person at a site, store by store.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Plan {
    /// The stores, in the order of the product's policy; those that hold nothing about the person too.
    pub stores: Vec<StorePlan>,
}

impl Plan {
    /// Notes how many items of `store` name the person after the execution. Says whether there is such a store.
    #[must_use]
    pub fn record_after(&mut self, store: &str, after: u64) -> bool {
        let found = self.stores.iter_mut().find(|it| it.store == store);
        found.map(|it| it.after = Some(after)).is_some()
    }

    /// The ids of the stores where something of the person may be left: the declared exceptions.
    pub fn exceptions(&self) -> impl Iterator<Item = &StorePlan> {
        self.stores.iter().filter(|it| it.decision.is_exception())
    }

    /// What came of the plan, given what the recipients answered and what a residual search found.
    ///
    /// It never says that all is done where a paper is silent, a product cannot, a recipient has not answered, or a
    /// finding is unexplained: an exception counts even where the store seems to hold nothing about the person.
    pub fn verdict(&self, recipients: &[Recipient], findings: &[Finding]) -> Verdict {
        let stores = self.stores.iter().flat_map(store_remarks);
        let recipients = recipients.iter().filter_map(recipient_remark);
        let findings = findings.iter().filter_map(finding_remark);
        let mut remarks: Vec<Remark> = stores.chain(recipients).chain(findings).collect();
        remarks.sort();
        remarks.dedup();
        let outcome = if self.stores.is_empty() || remarks.iter().any(|it| it.kind.is_failure()) {
            Outcome::Failed
        } else if remarks.is_empty() {
            Outcome::Complete
        } else {
            Outcome::Exceptions
        };
        Verdict { outcome, remarks }
    }
}

/// Somebody to whom the person's data was transferred and who must be told of the erasure: Art. 19.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// The recipient's id in the transfer register.
    pub recipient: String,
    /// What it is called.
    pub name: String,
    /// When it was told.
    #[serde(with = "crate::rfc3339::option")]
    pub told: Option<Timestamp>,
    /// When it reported that it has erased the data too.
    #[serde(with = "crate::rfc3339::option")]
    pub closed: Option<Timestamp>,
}

/// How an erasure ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing about the person is left, as far as the product's paper and a search can tell.
    Complete,
    /// What the product can do was done; something is or may be left, and it is said what.
    Exceptions,
    /// What should have been done was not, or something is left that nothing explains.
    Failed,
}

impl Outcome {
    /// The outcome in words, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Complete => "Complete",
            Self::Exceptions => "Not complete: exceptions are declared below",
            Self::Failed => "Failed",
        }
    }
}

/// The outcome, and everything that keeps it from being complete.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// How it ended.
    pub outcome: Outcome,
    /// Why it is not complete; sorted, each once.
    pub remarks: Vec<Remark>,
}

impl Verdict {
    /// Whether it may be shown as done.
    pub fn is_complete(&self) -> bool {
        self.outcome == Outcome::Complete
    }
}

/// Something that keeps an erasure from being complete.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Where: the store's id, or the place of a finding.
    pub place: String,
    /// What.
    pub kind: RemarkKind,
}

/// What keeps an erasure from being complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RemarkKind {
    /// A recipient or another system has not reported.
    ExternalOpen,
    /// It stays for a reason that the law accepts.
    Kept,
    /// The plan was not executed there.
    NotExecuted,
    /// The product cannot.
    NotPossible,
    /// A recipient was not told.
    NotTold,
    /// Items that should be gone are there.
    Remaining,
    /// A search found something that a declared exception explains.
    Residue,
    /// The paper is silent.
    Silent,
    /// A search found something that nothing explains.
    Unexplained,
}

impl RemarkKind {
    /// Whether it is a failure, not a declared exception.
    pub const fn is_failure(self) -> bool {
        match self {
            Self::NotExecuted | Self::NotTold | Self::Remaining | Self::Unexplained => true,
            Self::ExternalOpen | Self::Kept | Self::NotPossible | Self::Residue | Self::Silent => false,
        }
    }

    /// The remark in words, for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ExternalOpen => "others hold it and have not reported that it is erased",
            Self::Kept => "kept for a stated reason",
            Self::NotExecuted => "planned, but not executed",
            Self::NotPossible => "the product cannot erase it",
            Self::NotTold => "the recipient was not told of the erasure",
            Self::Remaining => "items that should be gone are still there",
            Self::Residue => "found again; a declared exception explains it",
            Self::Silent => "the product's paper does not say whether it can be erased",
            Self::Unexplained => "found again; nothing explains it",
        }
    }
}

fn store_remarks(store: &StorePlan) -> Vec<Remark> {
    let exception = match &store.decision {
        Decision::Keep { .. } => Some(RemarkKind::Kept),
        Decision::NotPossible => Some(RemarkKind::NotPossible),
        Decision::External { closed: None } => Some(RemarkKind::ExternalOpen),
        Decision::Silent => Some(RemarkKind::Silent),
        Decision::Delete
        | Decision::Anonymise
        | Decision::DestroyKey
        | Decision::Detach
        | Decision::External { closed: Some(_) } => None,
    };
    let failure = match store.after {
        None if store.decision.clears() => Some(RemarkKind::NotExecuted),
        Some(1..) if store.decision.clears() => Some(RemarkKind::Remaining),
        None | Some(_) => None,
    };
    let remark = |kind| Remark { place: store.store.clone(), kind };
    exception.into_iter().chain(failure).map(remark).collect()
}

fn recipient_remark(recipient: &Recipient) -> Option<Remark> {
    let place = format!("transfer to {}", recipient.recipient);
    match recipient {
        Recipient { told: None, .. } => Some(Remark { place, kind: RemarkKind::NotTold }),
        Recipient { closed: None, .. } => Some(Remark { place, kind: RemarkKind::ExternalOpen }),
        Recipient { told: Some(_), closed: Some(_), .. } => None,
    }
}

fn finding_remark(finding: &Finding) -> Option<Remark> {
    let kind = if finding.explanation.is_some() { RemarkKind::Residue } else { RemarkKind::Unexplained };
    // What a store itself shows was remarked with the store; the search adds what lies elsewhere or unexplained.
    let is_known = kind == RemarkKind::Residue && matches!(finding.place, Place::Store { .. });
    (!is_known).then(|| Remark { place: finding.place.to_string(), kind })
}

#[cfg(test)]
mod tests;
