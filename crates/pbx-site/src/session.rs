use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use pbx_auth::{Principal, SessionRule};
use pbx_kernel::{Entropy, Surface, Timestamp};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// What a session is called: the hash of its token, which says nothing about the token.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SessionId(String);

/// What a session's holder shows: 256 random bits. Only its hash is kept.
pub struct Token(Zeroizing<String>);

/// One caller's dialogue after login.
#[derive(Clone, Debug)]
pub(crate) struct Live {
    pub(crate) id: SessionId,
    pub(crate) principal: Principal,
    /// The folded account name.
    pub(crate) account: String,
    pub(crate) opened: Timestamp,
    pub(crate) used: Timestamp,
    /// Whether nothing but a new password is allowed.
    pub(crate) must_change: bool,
    /// The login before this one.
    pub(crate) last_login: Option<Timestamp>,
    /// What [`Site::people_version`](crate::Site) was when the role was looked up.
    pub(crate) people_version: u64,
    /// What is said once on the next page.
    pub(crate) flash: Option<String>,
}

/// A site's sessions.
#[derive(Default)]
pub(crate) struct Sessions {
    live: BTreeMap<SessionId, Live>,
    /// No session ends before this moment: use only ever postpones an end.
    none_ends_before: Option<Timestamp>,
}

impl Token {
    /// A new token.
    pub(crate) fn draw(entropy: &mut dyn Entropy) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        entropy.fill(bytes.as_mut_slice());
        Self(Zeroizing::new(URL_SAFE_NO_PAD.encode(bytes.as_slice())))
    }

    /// The token itself, for the cookie or the answer that carries it.
    pub fn expose_token(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<token>")
    }
}

impl SessionId {
    /// The id of the session whose token this is.
    pub fn of(token: &str) -> Self {
        Self(hex::encode(&Sha256::digest(token.as_bytes())[..16]))
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Sessions {
    /// Adds a session; `false` where there are as many as there may be at all.
    pub(crate) fn add(&mut self, live: Live, rule: &SessionRule) -> bool {
        if self.live.len() >= SESSIONS_MAX {
            return false;
        }
        let end = end(&live, rule);
        self.none_ends_before = Some(self.none_ends_before.map_or(end, |it| it.min(end)));
        self.live.insert(live.id.clone(), live);
        true
    }

    pub(crate) fn get(&self, id: &SessionId) -> Option<&Live> {
        self.live.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &SessionId) -> Option<&mut Live> {
        self.live.get_mut(id)
    }

    pub(crate) fn remove(&mut self, id: &SessionId) -> Option<Live> {
        self.live.remove(id)
    }

    /// How many sessions the account has.
    pub(crate) fn count_of(&self, account: &str) -> usize {
        self.live.values().filter(|it| it.account == account).count()
    }

    /// A session whose time is over; it stays until it is removed.
    pub(crate) fn over(&mut self, now: Timestamp, rule: &SessionRule) -> Option<Live> {
        if self.none_ends_before.is_none_or(|it| now < it) {
            return None;
        }
        let first = self.live.values().map(|it| (end(it, rule), it)).min_by_key(|(end, _)| *end);
        self.none_ends_before = first.map(|(end, _)| end);
        first.filter(|(end, _)| *end <= now).map(|(_, it)| it.clone())
    }

    /// When the next session may be over; not later than it is.
    pub(crate) fn next_end(&self) -> Option<Timestamp> {
        self.none_ends_before
    }
}

/// When the session's time is over: by idleness, and on the web whatever it does.
fn end(live: &Live, rule: &SessionRule) -> Timestamp {
    let idle = live.used + rule.idle;
    if live.principal.surface == Surface::Ssh { idle } else { idle.min(live.opened + rule.absolute) }
}

/// The most sessions of a site: a class with every learner logged in many times; an idle session is small.
const SESSIONS_MAX: usize = 10_000;
