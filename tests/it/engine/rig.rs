use std::sync::Arc;
use std::time::Duration;

use pbx_auth::Permission;
use pbx_estate::{Args, Handler, Refusal, Reply};
use pbx_kernel::{AccountName, Cipher, Line, Secret, SiteId, Source, Store, Surface, Timestamp, Verifier};
use pbx_policy::Policy;
use pbx_product::{GENERIC, Product};
use pbx_recorder::{Anchor, Anchoring, Entry, Outcome, Report, verify};
use pbx_site::{
    Answer, Attempt, Begun, Done, Error, Examination, Founding, Hashed, Hashing, Invocation, Need,
    NewAccount, Proof, SessionId, Site, Supply, Token, Verdict, Waiting,
};
use pbx_store::{Faults, MemoryStore};
use pbx_vault::{Keyring, SeededEntropy, SiteCipher};
use sha2::{Digest, Sha256};

/// Every product that has a policy of its own, by id.
pub(crate) static PRODUCTS: &[&Product] = &[
    &product_app_suite::PRODUCT,
    &product_micloud_portal::PRODUCT,
    &product_mx_one::PRODUCT,
    &product_office_400::PRODUCT,
    &product_oig::PRODUCT,
];

/// A policy that needs no Rust, with everything that an engine test asks for.
pub(crate) const SMALL: &str = include_str!("small.toml");

/// One site, and everything that drives it.
pub(crate) struct Rig {
    pub(crate) site: Site,
    pub(crate) now: Timestamp,
    pub(crate) store: Arc<MemoryStore>,
    /// How many passwords were held against an account's own verifier.
    pub(crate) examined: usize,
    product: &'static Product,
    policy: Arc<Policy>,
    cipher: Arc<SiteCipher>,
    keyring: Keyring,
    entropy: SeededEntropy,
}

/// Who tries to log in, where and from where.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) name: &'a str,
    pub(crate) password: &'a str,
    pub(crate) surface: Surface,
    pub(crate) source: &'a str,
}

/// What became of a login.
#[derive(Debug)]
pub(crate) enum LoggedIn {
    Accepted(SessionId, Token),
    Rejected { hang_up: bool },
}

/// A caller of the local network with the right name and password.
pub(crate) fn caller<'a>(name: &'a str, password: &'a str, surface: Surface) -> Caller<'a> {
    Caller { name, password, surface, source: LOCAL }
}

impl<'a> Caller<'a> {
    pub(crate) fn from(self, source: &'a str) -> Self {
        Self { source, ..self }
    }

    pub(crate) fn attempt(&self) -> Attempt {
        Attempt {
            name: self.name.to_owned(),
            proof: Proof::Password(Secret::new(self.password)),
            surface: self.surface,
            source: address(self.source),
        }
    }
}

impl LoggedIn {
    #[track_caller]
    pub(crate) fn session(self) -> SessionId {
        self.accepted().0
    }

    #[track_caller]
    pub(crate) fn accepted(self) -> (SessionId, String) {
        match self {
            Self::Accepted(session, token) => (session, token.expose_token().to_owned()),
            Self::Rejected { .. } => panic!("the login was rejected"),
        }
    }

    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted(..))
    }
}

impl Rig {
    /// A new site of `product` with its shipped accounts and those of the lab.
    pub(crate) fn of(product: &'static Product) -> Self {
        Self::seeded(product, product.policy, 7)
    }

    /// A new site of the product whose id is `id`.
    #[track_caller]
    pub(crate) fn named(id: &str) -> Self {
        Self::of(PRODUCTS.iter().find(|it| it.id == id).expect("a product of this id"))
    }

    /// A new site of the generic product under a policy of its own, with one line of it replaced.
    #[track_caller]
    pub(crate) fn small(line: &str, replacement: &str) -> Self {
        assert!(SMALL.contains(line), "no line {line:?}");
        Self::seeded(&GENERIC, &SMALL.replacen(line, replacement, 1), 7)
    }

    /// A new site whose keys and tokens follow from `seed`.
    pub(crate) fn seeded(product: &'static Product, policy: &str, seed: u64) -> Self {
        let mut rig = Self::unfounded(product, policy, seed);
        let accounts = rig.policy.shipped.iter().map(shipped).collect();
        rig.site.found(rig.now, Founding { accounts }).expect("a site is founded");
        rig
    }

    /// A new site with these accounts only.
    pub(crate) fn with(product: &'static Product, policy: &str, accounts: Vec<NewAccount>) -> Self {
        let mut rig = Self::unfounded(product, policy, 7);
        rig.site.found(rig.now, Founding { accounts }).expect("a site is founded");
        rig
    }

    fn unfounded(product: &'static Product, policy: &str, seed: u64) -> Self {
        let policy = Policy::parse("product.toml", policy).unwrap_or_else(|error| panic!("{error}"));
        let policy = Arc::new(policy);
        let mut entropy = SeededEntropy::new(seed);
        let id = SiteId::parse("north").expect("a site id");
        let mut keyring = Keyring::ephemeral(&mut entropy);
        keyring.ensure_sites(std::slice::from_ref(&id), &mut entropy).expect("keys");
        let cipher = Arc::new(keyring.cipher(&id, &mut entropy).expect("keys"));
        let store = Arc::new(MemoryStore::new());
        let site = open(&id, &policy, product, &store, &cipher);
        let now = Timestamp::parse(START).expect("a time");
        Self { site, now, store, examined: 0, product, policy, cipher, keyring, entropy }
    }

    /// The same site as a new process finds it.
    pub(crate) fn restart(&mut self) {
        let id = self.site.id().clone();
        self.site = open(&id, &self.policy, self.product, &self.store, &self.cipher);
    }

    pub(crate) fn policy(&self) -> Arc<Policy> {
        Arc::clone(&self.policy)
    }

    /// The switch that makes the store refuse to be written.
    pub(crate) fn faults(&self) -> Faults {
        self.store.faults()
    }

    /// Lets time pass, and lets the site do what is due.
    pub(crate) fn wait(&mut self, duration: Duration) {
        self.now = self.now + duration;
        self.site.advance(self.now).expect("the store takes it");
    }

    /// A whole login.
    #[track_caller]
    pub(crate) fn log_in(&mut self, caller: Caller<'_>) -> LoggedIn {
        self.try_log_in(caller).expect("the store takes it")
    }

    pub(crate) fn try_log_in(&mut self, caller: Caller<'_>) -> Result<LoggedIn, Error> {
        Ok(match self.carry_out(caller.attempt())? {
            Verdict::Accepted(session, token, _) => LoggedIn::Accepted(session, token),
            Verdict::Rejected { hang_up, .. } => LoggedIn::Rejected { hang_up },
        })
    }

    pub(crate) fn carry_out(&mut self, attempt: Attempt) -> Result<Verdict, Error> {
        match self.site.begin_login(self.now, attempt)? {
            Begun::Examine(examination) => self.examine(*examination),
            Begun::Undecided => panic!("nobody else is being examined"),
        }
    }

    /// Looks at the password of a counted attempt, as the hashing pool does.
    pub(crate) fn examine(&mut self, examination: Examination) -> Result<Verdict, Error> {
        self.examined += usize::from(examination.against.is_some());
        let matches = examination.against.as_ref() == Some(&verifier(&examination.password));
        self.site.finish_login(self.now, examination, matches, &mut self.entropy)
    }

    /// A whole login that may be taken to succeed.
    #[track_caller]
    pub(crate) fn session(&mut self, caller: Caller<'_>) -> SessionId {
        self.log_in(caller).session()
    }

    /// Fails `times` times to log in as `name`.
    #[track_caller]
    pub(crate) fn fail(&mut self, name: &str, surface: Surface, times: usize) {
        for _ in 0..times {
            assert!(!self.log_in(caller(name, WRONG, surface)).is_accepted(), "{name} got in");
        }
    }

    /// Runs an operation as a route does.
    #[track_caller]
    pub(crate) fn run(
        &mut self,
        session: &SessionId,
        needs: &'static str,
        run: Handler,
        args: &[(&str, &str)],
    ) -> Result<Reply, Refusal> {
        self.try_run(session, needs, run, args).expect("the store takes it")
    }

    pub(crate) fn try_run(
        &mut self,
        session: &SessionId,
        needs: &'static str,
        run: Handler,
        args: &[(&str, &str)],
    ) -> Result<Result<Reply, Refusal>, Error> {
        let needs = Permission(needs);
        let args = Args::of(args.iter().copied());
        let invocation =
            Invocation { event: "route.run", name: needs.to_string(), needs, run, args, line: None };
        let done = match self.site.invoke(self.now, session, invocation)? {
            Answer::Done(done) => done,
            Answer::Wait(waiting) => self.carry_on(waiting)?,
        };
        Ok(done.result)
    }

    /// Gets an operation what it needs until it is done, and leaves no second generation behind.
    pub(crate) fn carry_on(&mut self, mut waiting: Box<Waiting>) -> Result<Done, Error> {
        let id = self.site.id().clone();
        loop {
            let supply = match waiting.need() {
                Need::Blob(blob) => Supply::Blob(self.store.blob(&id, *blob)?.map(Arc::from)),
                Need::Generation => {
                    self.keyring.begin_generation(&id, &mut self.entropy).expect("a keyring in memory");
                    Supply::Generation(Arc::new(self.keyring.renew(&self.cipher).expect("keys")))
                }
                Need::Hash(hashing) => Supply::Hashed(hash(hashing)),
            };
            match self.site.resume(self.now, *waiting, supply) {
                Ok(Answer::Wait(next)) => waiting = next,
                Ok(Answer::Done(done)) => {
                    self.settle();
                    return Ok(done);
                }
                Err(error) => {
                    self.settle();
                    return Err(error);
                }
            }
        }
    }

    /// Destroys every generation but the one that the stored root is sealed with.
    fn settle(&mut self) {
        let stored = self.site.key_generation().expect("readable");
        let mut held = self.keyring.generations(self.site.id()).expect("keys");
        let keep = stored.or_else(|| held.next());
        drop(held);
        let (id, keep) = (self.site.id().clone(), keep.expect("a generation"));
        self.keyring.settle_generation(&id, keep, &mut self.entropy).expect("a keyring in memory");
        self.cipher = Arc::new(self.keyring.renew(&self.cipher).expect("keys"));
        self.site.set_cipher(Arc::clone(&self.cipher) as Arc<dyn Cipher>);
    }

    /// Every line of the trail as it is now, as it was written.
    pub(crate) fn lines(&self) -> Vec<Line> {
        self.store.lines(self.site.id(), 0, usize::MAX).expect("readable")
    }

    /// The records of the trail from number `from` on.
    pub(crate) fn records(&self, from: u64) -> Vec<Entry> {
        let lines = self.store.lines(self.site.id(), from, usize::MAX).expect("readable");
        lines.iter().map(|line| Entry::parse(&line.0).expect("a canonical record")).collect()
    }

    /// The events recorded from number `from` on, each with its reason where it was refused.
    pub(crate) fn events(&self, from: u64) -> Vec<String> {
        let event = |entry: Entry| match (entry.record.outcome, entry.record.reason) {
            (Outcome::Refused, Some(reason)) => format!("{} ({reason})", entry.record.event),
            _ => entry.record.event.into_owned(),
        };
        self.records(from).into_iter().map(event).collect()
    }

    /// Holds the whole trail against a signed checkpoint of it.
    pub(crate) fn verify(&self) -> Report {
        let checkpoint = self.site.checkpoint("understudy.example");
        let signed = self.keyring.sign(&checkpoint).expect("an origin");
        let key = self.keyring.public_key(&checkpoint.origin).expect("an origin");
        let anchor =
            Anchor { name: "now".to_owned(), text: signed.to_string(), anchoring: Anchoring::Outside };
        verify(self.lines().iter().map(|line| &line.0), &[anchor], &key)
    }

    /// Everything that the store holds of the site, unsealed or not: tables, rows and values.
    pub(crate) fn raw(&self) -> Vec<u8> {
        let view = self.store.view(self.site.id());
        let mut raw = Vec::new();
        for table in TABLES {
            for (row, value) in view.scan(pbx_kernel::Table(table), None, usize::MAX).expect("readable") {
                raw.extend_from_slice(row.as_bytes());
                raw.extend_from_slice(&value);
            }
        }
        raw
    }
}

/// What hashing says, without the cost of hashing.
pub(crate) fn hash(hashing: &Hashing) -> Hashed {
    let new = verifier(&hashing.password);
    match &hashing.current {
        Some((shown, present)) if present.as_ref() != Some(&verifier(shown)) => Hashed::WrongCurrent,
        _ if hashing.not_again.contains(&new) => Hashed::Reused,
        _ => Hashed::Verifier(new),
    }
}

/// A stand-in for a password hash that costs nothing and does not hold the password.
pub(crate) fn verifier(password: &Secret) -> Verifier {
    Verifier::new(hex::encode(Sha256::digest(password.expose_secret())))
}

/// An account with the password [`RIGHT`].
pub(crate) fn account(name: &str, role: &str) -> NewAccount {
    NewAccount {
        name: AccountName::parse(name).expect("a name"),
        role: role.to_owned(),
        full_name: String::new(),
        class: None,
        alias: None,
        rank: pbx_policy::Rank::Configuration,
        fixed: false,
        must_change: false,
        password: Some(verifier(&Secret::new(RIGHT))),
        pin: None,
        keys: Vec::new(),
        person: None,
    }
}

pub(crate) fn address(text: &str) -> Source {
    Source::new(text.parse().expect("an address"))
}

fn shipped(stated: &pbx_policy::Shipped) -> NewAccount {
    NewAccount {
        alias: stated.alias.clone(),
        class: stated.class.as_ref().map(|it| it.get_ref().clone()),
        rank: stated.rank,
        fixed: stated.fixed,
        must_change: stated.must_change,
        password: Some(verifier(&Secret::new(stated.password.as_str()))),
        pin: stated.pin.as_ref().map(|it| verifier(&Secret::new(it.as_str()))),
        ..account(stated.name.get_ref(), stated.role.get_ref())
    }
}

fn open(
    id: &SiteId,
    policy: &Arc<Policy>,
    product: &'static Product,
    store: &Arc<MemoryStore>,
    cipher: &Arc<SiteCipher>,
) -> Site {
    let store: Arc<dyn Store> = Arc::clone(store) as Arc<dyn Store>;
    let cipher: Arc<dyn Cipher> = Arc::clone(cipher) as Arc<dyn Cipher>;
    Site::open(id.clone(), Arc::clone(policy), product, store, cipher).expect("a site opens")
}

/// When every test begins.
pub(crate) const START: &str = "2026-11-22T09:00:00Z";

/// An address of every product's local network.
pub(crate) const LOCAL: &str = "127.0.0.1";

/// The password of the accounts that [`account`] makes.
pub(crate) const RIGHT: &str = "Otter-Lamp-93-Violin!";

/// A password that nobody has.
pub(crate) const WRONG: &str = "Wrong-Guess-77-Quay!";

/// Every table that a site keeps.
const TABLES: &[&str] =
    &["account", "alias", "attempts", "founded", "log", "log-head", "role", "setting", "subscriber", "tip"];
