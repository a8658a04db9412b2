use pbx_kernel::{SiteId, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Deadline, ExtendError};

/// What a person asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestKind {
    /// A copy of everything, with purposes, recipients and retention: Art. 15.
    Access,
    /// What the person provided, for machines: Art. 20.
    Portability,
    /// That it is erased: Art. 17.
    Erasure,
}

impl RequestKind {
    /// The kind as it is written in certificates and in OpenDSR.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Access => "access",
            Self::Portability => "portability",
            Self::Erasure => "erasure",
        }
    }

    /// The article of the GDPR that grants it.
    pub const fn article(self) -> &'static str {
        match self {
            Self::Access => "Art. 15 GDPR",
            Self::Portability => "Art. 20 GDPR",
            Self::Erasure => "Art. 17 GDPR",
        }
    }
}

/// How far a request has come.
///
/// ```text
///   Received ─▶ IdentityVerified ─▶ Located ─┬─▶ Packaged ──────────────────────────┬─▶ Certified ─▶ Closed
///                                            │     access, portability              │       │          ▲
///                                            └─▶ Planned ─▶ DryRun ─▶ Executed ─▶   │       ▼          │
///                                                  erasure      Notified ─▶ Searched┘  RestoreDrilled ─┘
///                                                                                        (erasure only)
///   until something is executed or certified: ─▶ Refused, ─▶ Cancelled
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Stage {
    /// It was taken in.
    Received,
    /// Whoever asked is the person, or acts for the person: Art. 12(6).
    IdentityVerified,
    /// What is held about the person is known, store by store.
    Located,
    /// The copy is made.
    Packaged,
    /// What is to be done is decided, store by store.
    Planned,
    /// It was shown what would be done; nothing was.
    DryRun,
    /// It was done.
    Executed,
    /// The recipients were told: Art. 19.
    Notified,
    /// It was searched for what is left.
    Searched,
    /// It is certified.
    Certified,
    /// An old backup was restored and the erasure applied to it again.
    RestoreDrilled,
    /// It is over.
    Closed,
    /// It was refused, Art. 12(4) or (5), and the person was told why.
    Refused,
    /// Whoever asked took it back.
    Cancelled,
}

impl Stage {
    /// The stage as it is written in certificates.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::IdentityVerified => "identity-verified",
            Self::Located => "located",
            Self::Packaged => "packaged",
            Self::Planned => "planned",
            Self::DryRun => "dry-run",
            Self::Executed => "executed",
            Self::Notified => "notified",
            Self::Searched => "searched",
            Self::Certified => "certified",
            Self::RestoreDrilled => "restore-drilled",
            Self::Closed => "closed",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing can follow.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Closed | Self::Refused | Self::Cancelled)
    }

    /// Whether a request of `kind` may come to `next` from here.
    const fn leads_to(self, next: Self, kind: RequestKind) -> bool {
        let erases = matches!(kind, RequestKind::Erasure);
        match (self, next) {
            (Self::Received, Self::IdentityVerified)
            | (Self::IdentityVerified, Self::Located)
            | (Self::Certified, Self::Closed) => true,
            (Self::Located, Self::Packaged) | (Self::Packaged, Self::Certified) => !erases,
            (Self::Located, Self::Planned)
            | (Self::Planned, Self::DryRun)
            | (Self::DryRun, Self::Executed)
            | (Self::Executed, Self::Notified)
            | (Self::Notified, Self::Searched)
            | (Self::Searched, Self::Certified)
            | (Self::Certified, Self::RestoreDrilled)
            | (Self::RestoreDrilled, Self::Closed) => erases,
            (from, Self::Refused | Self::Cancelled) => from.can_be_ended(),
            _ => false,
        }
    }

    /// Whether it may still be refused or taken back: not once data is gone or the answer is certified.
    pub const fn can_be_ended(self) -> bool {
        matches!(
            self,
            Self::Received
                | Self::IdentityVerified
                | Self::Located
                | Self::Packaged
                | Self::Planned
                | Self::DryRun
        )
    }
}

/// A stage that was reached, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Milestone {
    /// The stage.
    pub stage: Stage,
    /// When it was reached.
    #[serde(with = "crate::rfc3339")]
    pub at: Timestamp,
}

/// A person's request to one site. It names the person by a token, never in clear.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    id: String,
    site: SiteId,
    kind: RequestKind,
    subject: String,
    deadline: Deadline,
    milestones: Vec<Milestone>,
    reason: Option<String>,
}

impl Request {
    /// The longest id and the longest token, in bytes.
    pub const ID_BYTES_MAX: usize = 64;
    /// The longest reason of a refusal, in bytes.
    pub const REASON_BYTES_MAX: usize = 500;

    /// Takes in a request. `id` and `subject` are 1 to 64 letters, digits, `-`, `_` and `.`; `subject` is a token.
    pub fn receive(
        now: Timestamp,
        id: &str,
        site: SiteId,
        kind: RequestKind,
        subject: &str,
    ) -> Result<Self, StepError> {
        if !is_token(id) || !is_token(subject) {
            return Err(StepError::Token);
        }
        Ok(Self {
            id: id.to_owned(),
            site,
            kind,
            subject: subject.to_owned(),
            deadline: Deadline::of(now),
            milestones: vec![Milestone { stage: Stage::Received, at: now }],
            reason: None,
        })
    }

    /// The request once it has come to `next`. A step that is not next, or is repeated, is an error; the request
    /// stays as it was.
    pub fn advanced(&self, now: Timestamp, next: Stage) -> Result<Self, StepError> {
        if next == Stage::Refused {
            return Err(StepError::Reason);
        }
        self.reached(now, next)
    }

    /// The request, refused for `reason`, which the person must be told: Art. 12(4).
    pub fn refused(&self, now: Timestamp, reason: &str) -> Result<Self, StepError> {
        let reason = reason.trim();
        if reason.is_empty() || reason.len() > Self::REASON_BYTES_MAX {
            return Err(StepError::Reason);
        }
        let mut refused = self.reached(now, Stage::Refused)?;
        refused.reason = Some(reason.to_owned());
        Ok(refused)
    }

    /// The request with more time.
    pub fn extended(&self, now: Timestamp, months: u8, reason: &str) -> Result<Self, StepError> {
        if self.stage().is_final() {
            return Err(StepError::Order { kind: self.kind, stage: self.stage(), next: self.stage() });
        }
        let deadline = self.deadline.extended(now, months, reason).map_err(StepError::Deadline)?;
        Ok(Self { deadline, ..self.clone() })
    }

    fn reached(&self, now: Timestamp, next: Stage) -> Result<Self, StepError> {
        let stage = self.stage();
        if !stage.leads_to(next, self.kind) {
            return Err(StepError::Order { kind: self.kind, stage, next });
        }
        let mut reached = self.clone();
        reached.milestones.push(Milestone { stage: next, at: now });
        Ok(reached)
    }

    /// The request's id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The site it is addressed to.
    pub const fn site(&self) -> &SiteId {
        &self.site
    }

    /// What is asked for.
    pub const fn kind(&self) -> RequestKind {
        self.kind
    }

    /// The person's token.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// Until when it must be answered.
    pub const fn deadline(&self) -> &Deadline {
        &self.deadline
    }

    /// How far it has come.
    pub fn stage(&self) -> Stage {
        self.milestones.last().map_or(Stage::Received, |it| it.stage)
    }

    /// The stages it has been through, oldest first.
    pub fn milestones(&self) -> &[Milestone] {
        &self.milestones
    }

    /// Why it was refused.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Whether the answer is late at `now`; once the answer is certified or the request is over, whether it was.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        let answers = |it: &&Milestone| it.stage == Stage::Certified || it.stage.is_final();
        self.deadline.is_overdue(self.milestones.iter().find(answers).map_or(now, |it| it.at))
    }
}

/// Why a request stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StepError {
    /// The id or the token has a form that nothing of ours has.
    #[error(
        "a request's id and its subject's token are 1 to 64 letters, digits, dashes, underscores and dots"
    )]
    Token,
    /// Another step is next.
    #[error("a request for {} that is {} cannot become {}", kind.as_str(), stage.as_str(), next.as_str())]
    Order {
        /// What is asked for.
        kind: RequestKind,
        /// How far it has come.
        stage: Stage,
        /// Where it should go.
        next: Stage,
    },
    /// Refused without a reason.
    #[error("a refusal needs a reason of 1 to 500 bytes: the person must be told it")]
    Reason,
    /// No more time.
    #[error("the deadline stays as it is")]
    Deadline(#[source] ExtendError),
}

fn is_token(text: &str) -> bool {
    let allowed = |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'-' | b'_' | b'.');
    (1..=Request::ID_BYTES_MAX).contains(&text.len()) && text.bytes().all(allowed)
}

#[cfg(test)]
mod tests;
