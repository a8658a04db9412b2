//! A gateway's state in memory with real keys, and its administrator.

use std::collections::BTreeMap;
use std::sync::Arc;

use pbx_auth::{Permission, Principal, Role, authorize};
use pbx_estate::keys::KeyTree;
use pbx_estate::people::{NOBODY, People, Person};
use pbx_estate::{Args, Context, Estate, Event, Handler, Outcome, Refusal, Reply, Stop};
use pbx_kernel::{AccountName, Change, Row, SiteId, Source, StoreError, Surface, Table, Timestamp, View};
use pbx_page::Sheet;
use pbx_policy::Policy;
use pbx_vault::{Keyring, SeededEntropy, SiteCipher};

use super::policy;
use crate::PRODUCT;

#[derive(Default)]
pub(super) struct Memory(pub(super) BTreeMap<(Table, Row), Vec<u8>>);

impl View for Memory {
    fn get(&self, table: Table, row: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.0.get(&(table, row.to_owned())).cloned())
    }

    fn scan(
        &self,
        table: Table,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<(Row, Vec<u8>)>, StoreError> {
        let beyond = |row: &Row| after.is_none_or(|after| row.as_str() > after);
        let rows = self.0.iter().filter(|((of, row), _)| *of == table && beyond(row));
        Ok(rows.take(limit).map(|((_, row), value)| (row.clone(), value.clone())).collect())
    }
}

pub(super) struct Lab {
    pub(super) memory: Memory,
    pub(super) policy: Policy,
    /// What happened at the last operation that was done.
    pub(super) events: Vec<Event>,
    site: SiteId,
    keyring: Keyring,
    cipher: SiteCipher,
    entropy: SeededEntropy,
    principal: Principal,
}

impl Lab {
    pub(super) fn over(surface: Surface) -> Self {
        let policy = policy();
        let permissions = policy.permissions.keys().cloned().collect();
        let role = Role { id: "administrator".to_owned(), name: "Administrator".to_owned(), permissions };
        let principal = Principal {
            account: AccountName::parse("admin").expect("a name"),
            role: Arc::new(role),
            surface,
            source: Source::new([127, 0, 0, 1].into()),
        };
        let mut entropy = SeededEntropy::new(1);
        let site = SiteId::parse("gateway").expect("an id");
        let mut keyring = Keyring::ephemeral(&mut entropy);
        keyring.ensure_sites(std::slice::from_ref(&site), &mut entropy).expect("keys");
        let cipher = keyring.cipher(&site, &mut entropy).expect("keys");
        let (memory, events) = (Memory::default(), Vec::new());
        Self { memory, policy, events, site, keyring, cipher, entropy, principal }
    }

    /// Runs an operation and commits what it made, with a key generation that it may destroy under.
    pub(super) fn run(
        &mut self,
        needs: Permission,
        handler: Handler,
        args: &[(&str, &str)],
    ) -> Result<Reply, Refusal> {
        self.keyring.begin_generation(&self.site, &mut self.entropy).expect("begun");
        self.cipher = self.keyring.renew(&self.cipher).expect("keys");
        let grant =
            authorize(&self.principal, needs).map_err(|it| Refusal::NotPermitted(it.0.0.to_owned()))?;
        let estate = Estate::new(&self.site, &self.memory, &self.cipher);
        let outcome = handler(
            &Context::new(Timestamp::default(), &grant, estate, &self.policy),
            &Args::of(args.iter().copied()),
        );
        let reply = match outcome {
            Ok(outcome) => Ok(self.commit(outcome)),
            Err(Stop::Refusal(refusal)) => Err(refusal),
            Err(stop) => panic!("{stop:?}"),
        };
        let keep = {
            let estate = Estate::new(&self.site, &self.memory, &self.cipher);
            KeyTree::open(&estate).expect("it opens").generation()
        };
        if let Some(keep) = keep {
            self.keyring.settle_generation(&self.site, keep, &mut self.entropy).expect("settled");
            self.cipher = self.keyring.renew(&self.cipher).expect("keys");
        }
        reply
    }

    /// Opens a page.
    pub(super) fn opens(&self, path: &str, args: &[(&str, &str)]) -> Result<Sheet, Refusal> {
        let page = PRODUCT.pages.iter().find(|it| it.path == path).expect("a page");
        let args = Args::of(page.with.iter().chain(args).copied());
        let grant = authorize(&self.principal, page.needs).expect("permitted");
        let estate = Estate::new(&self.site, &self.memory, &self.cipher);
        match (page.show)(&Context::new(Timestamp::default(), &grant, estate, &self.policy), &args) {
            Ok(shown) => Ok(shown.sheet),
            Err(Stop::Refusal(refusal)) => Err(refusal),
            Err(stop) => panic!("{stop:?}"),
        }
    }

    /// What people there are, in the order in which they came.
    pub(super) fn people(&self) -> Vec<Person> {
        self.look(|people| people.list(NOBODY, 1_000).expect("they open"))
    }

    pub(super) fn look<T>(&self, look: impl FnOnce(&mut People<'_>) -> T) -> T {
        let estate = Estate::new(&self.site, &self.memory, &self.cipher);
        look(&mut People::open(&estate).expect("it opens"))
    }

    /// Puts something into the stores without any face.
    pub(super) fn put(&mut self, put: impl FnOnce(&mut People<'_>)) {
        let changes = {
            let estate = Estate::new(&self.site, &self.memory, &self.cipher);
            let mut people = People::open(&estate).expect("it opens");
            put(&mut people);
            people.changes().expect("changes")
        };
        drop(self.commit(Outcome { changes, ..Outcome::default() }));
    }

    fn commit(&mut self, outcome: Outcome) -> Reply {
        for change in outcome.changes {
            match change {
                Change::Put(table, row, value) => drop(self.memory.0.insert((table, row), value)),
                Change::Delete(table, row) => drop(self.memory.0.remove(&(table, row))),
                Change::PutBlob(..) | Change::DropBlob(_) => panic!("nothing here has audio"),
            }
        }
        self.events = outcome.events;
        outcome.reply
    }
}
