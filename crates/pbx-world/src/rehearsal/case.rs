use pbx_estate::keys::Slot;
use pbx_kernel::Timestamp;
use pbx_rehearsal::{
    Body, Finding, Held, Identifier, IdentifierKind, Identity, ParseIdentifierError, Plan, Recipient, Request,
};
use serde::{Deserialize, Serialize};

/// A request and what has come of it. It names the person by a token and by a number that says nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    /// How far it has come, and until when it must be answered.
    pub request: Request,
    /// The number of the person's record; none of somebody who has none, as an outside caller.
    pub person: Option<u64>,
    /// Whether ways of erasing are taken that the product's paper does not name.
    pub takes_silent_ways: bool,
    /// What each store holds of the person: known once it was located.
    pub held: Vec<Held>,
    /// What is to be done about it, and what came of it.
    pub plan: Plan,
    /// Who is told.
    pub recipients: Vec<Recipient>,
    /// What the residual search found.
    pub findings: Vec<Finding>,
    /// How many bytes it went through.
    pub searched_bytes: u64,
    /// SHA-256 of the package, in hex, once there is one.
    pub package_sha256: Option<String>,
    /// What was certified.
    pub body: Option<Body>,
    /// The number of the trail's line that certifies it.
    pub line: Option<u64>,
    /// When something of the plan was first executed, whether or not all of it was.
    pub begun: Option<Timestamp>,
    /// Under which key what identifies the person is sealed while the request lasts.
    pub(super) slot: Slot,
}

/// What identifies the person, kept apart under a key that is destroyed when the request is over.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Dossier {
    /// The identifiers, first those that were given.
    pub(super) identifiers: Vec<(IdentifierKind, String)>,
}

impl Dossier {
    /// The identifiers as a search takes them.
    pub(super) fn identity(&self) -> Result<Identity, ParseIdentifierError> {
        let mut identity = Identity::new();
        for (kind, text) in &self.identifiers {
            identity.add(Identifier::parse(*kind, text)?)?;
        }
        Ok(identity)
    }

    /// Adds an identifier, unless it is known or is none.
    pub(super) fn add(&mut self, kind: IdentifierKind, text: &str) {
        let known = self.identifiers.iter().any(|(of, it)| *of == kind && it == text.trim());
        if !known && Identifier::parse(kind, text).is_ok() {
            self.identifiers.push((kind, text.trim().to_owned()));
        }
    }
}

/// The row of what identifies the person of the request `id`.
pub(super) fn dossier(id: &str) -> String {
    format!("{id}.dossier")
}

/// The row of the copy of the data that the request `id` asks for.
pub(super) fn package(id: &str) -> String {
    format!("{id}.package")
}

impl Case {
    /// What is known of a request when it comes in.
    pub(super) fn new(request: Request, person: Option<u64>, takes_silent_ways: bool, slot: Slot) -> Self {
        Self {
            request,
            person,
            takes_silent_ways,
            held: Vec::new(),
            plan: Plan::default(),
            recipients: Vec::new(),
            findings: Vec::new(),
            searched_bytes: 0,
            package_sha256: None,
            body: None,
            line: None,
            begun: None,
            slot,
        }
    }
}
