use std::collections::BTreeMap;
use std::sync::Arc;

use pbx_auth::{Permission, Principal, Role, authorize};
use pbx_estate::account::{self, Account};
use pbx_estate::people::{Number, People, Person};
use pbx_estate::{Args, Blobs, Context, Document, Error, Estate, Handler, Outcome, Refusal, Reply, Stop};
use pbx_kernel::{
    AccountName, Change, Cipher as _, Row, SiteId, StoreError, Surface, Table, Timestamp, View,
};
use pbx_policy::{FieldId, Policy, RoleRow, SubjectKind};
use pbx_product::{Access, Method, Page, Product, Shown};
use pbx_vault::{Keyring, SeededEntropy, SiteCipher};

use crate::engine::rig::{LOCAL, START, address};

/// A product whose tables are driven directly, with a store in memory and keys of its own.
///
/// Nothing is recorded and nobody logs in: what a caller's role and surface let him do is the engine's own rule, and
/// the permission matrix proves it. Here it is what is done to people's data that counts.
pub(super) struct Lab {
    product: &'static Product,
    pub(super) policy: Policy,
    site: SiteId,
    now: Timestamp,
    rows: Memory,
    keyring: Keyring,
    cipher: SiteCipher,
    /// Every sealed file that there is.
    blobs: Blobs,
    entropy: SeededEntropy,
}

/// Who does something: an account with a role, on a surface.
#[derive(Clone, Copy, Debug)]
pub(super) struct Who {
    pub(super) account: &'static str,
    pub(super) role: &'static str,
    pub(super) surface: Surface,
}

#[derive(Default)]
struct Memory(BTreeMap<(Table, Row), Vec<u8>>);

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

impl Lab {
    pub(super) fn of(product: &'static Product) -> Self {
        Self::under(product, product.policy)
    }

    pub(super) fn under(product: &'static Product, policy: &str) -> Self {
        let policy = Policy::parse("product.toml", policy).unwrap_or_else(|error| panic!("{error}"));
        let mut entropy = SeededEntropy::new(11);
        let site = SiteId::parse("north").expect("an id");
        let mut keyring = Keyring::ephemeral(&mut entropy);
        keyring.ensure_sites(std::slice::from_ref(&site), &mut entropy).expect("keys");
        let cipher = keyring.cipher(&site, &mut entropy).expect("keys");
        let now = Timestamp::parse(START).expect("a time");
        Self {
            product,
            policy,
            site,
            now,
            rows: Memory::default(),
            keyring,
            cipher,
            blobs: Blobs::default(),
            entropy,
        }
    }

    /// A person with these fields.
    pub(super) fn person(&mut self, fields: &[(FieldId, &str)]) -> Person {
        let now = self.now;
        self.change(|people| people.add(SubjectKind::EndUsers, map(fields), now).expect("added"))
    }

    /// Something that `store` holds of `owner`.
    pub(super) fn item(&mut self, store: &str, owner: Number, fields: &[(FieldId, &str)]) {
        self.sound(store, owner, fields, None);
    }

    /// The same, with audio where there is some.
    pub(super) fn sound(
        &mut self,
        store: &str,
        owner: Number,
        fields: &[(FieldId, &str)],
        audio: Option<&[u8]>,
    ) {
        let (now, fields) = (self.now, map(fields));
        self.change(|people| people.add_item(store, owner, now, fields, Vec::new(), audio).expect("added"));
    }

    /// The account of `who`, as the person's own where there is one.
    pub(super) fn account(&mut self, who: Who, person: Option<&Person>) {
        let name = AccountName::parse(who.account).expect("a name");
        let account = Account {
            key: account::key(&self.policy, &name),
            name,
            full_name: String::new(),
            role: who.role.to_owned(),
            class: None,
            alias: None,
            rank: pbx_policy::Rank::Configuration,
            fixed: false,
            disabled: false,
            must_change: false,
            created: self.now,
            password_set: self.now,
            last_login: None,
            password: None,
            history: Vec::new(),
            pin: None,
            keys: Vec::new(),
            person: person.map(|it| it.number),
        };
        let change = self.estate().put(&account).expect("sealed");
        self.apply(vec![change]);
    }

    /// How many items `store` holds of `owner`.
    pub(super) fn count(&self, store: &str, owner: Number) -> usize {
        let estate = self.estate();
        People::open(&estate).and_then(|it| it.count(store, owner)).expect("readable")
    }

    /// The person that `name` names.
    pub(super) fn named(&self, name: &str) -> Option<Person> {
        let estate = self.estate();
        People::open(&estate).and_then(|mut it| it.named(name)).expect("readable")
    }

    /// What `who` sees of a page, as text.
    pub(super) fn page(&self, who: Who, path: &str, args: &[(&str, &str)]) -> Result<String, Refusal> {
        let page = self.find(path);
        let shown = self.look(who, page.needs, |cx| (page.show)(cx, &arguments(page, args)));
        shown.map(|Shown { sheet, .. }| format!("{sheet:?}"))
    }

    /// Sends a page's form.
    pub(super) fn post(
        &mut self,
        who: Who,
        path: &str,
        action: &str,
        args: &[(&str, &str)],
    ) -> Result<Reply, Refusal> {
        let page = self.find(path);
        let found = page.actions.iter().find(|it| it.name == action);
        let action = found.unwrap_or_else(|| panic!("{path} has no form {action}"));
        self.run(who, action.needs, action.run, &arguments(page, args))
    }

    /// Calls a route by the path of its row.
    pub(super) fn call(
        &mut self,
        who: Who,
        method: Method,
        path: &str,
        args: &[(&str, &str)],
    ) -> Result<Reply, Refusal> {
        let route = self.product.routes.iter().find(|it| it.method == method && it.path == path);
        let route = route.unwrap_or_else(|| panic!("no route {} {path}", method.as_str()));
        let Access::Needs(needs, run) = route.access else { panic!("{path} is no operation") };
        self.run(who, needs, run, &Args::of(args.iter().copied()))
    }

    pub(super) fn run(
        &mut self,
        who: Who,
        needs: Permission,
        run: Handler,
        args: &Args,
    ) -> Result<Reply, Refusal> {
        let Outcome { changes, reply, .. } = match self.attempt(who, needs, run, args) {
            Err(Stop::Error(Error::GenerationNeeded)) => {
                let next = self.keyring.begin_generation(&self.site, &mut self.entropy).expect("begun");
                self.cipher = self.keyring.renew(&self.cipher).expect("keys");
                let outcome = self.attempt(who, needs, run, args);
                self.keyring.settle_generation(&self.site, next, &mut self.entropy).expect("settled");
                self.cipher = self.keyring.renew(&self.cipher).expect("keys");
                answer(outcome)?
            }
            outcome => answer(outcome)?,
        };
        self.apply(changes);
        Ok(reply)
    }

    fn attempt(&self, who: Who, needs: Permission, run: Handler, args: &Args) -> Result<Outcome, Stop> {
        let principal = self.principal(who);
        let grant = authorize(&principal, needs)?;
        run(&Context::new(self.now, &grant, self.estate(), &self.policy).with_blobs(&self.blobs), args)
    }

    fn look<T>(
        &self,
        who: Who,
        needs: Permission,
        look: impl FnOnce(&Context<'_>) -> Result<T, Stop>,
    ) -> Result<T, Refusal> {
        let principal = self.principal(who);
        let looked = authorize(&principal, needs)
            .map_err(Stop::from)
            .and_then(|grant| look(&Context::new(self.now, &grant, self.estate(), &self.policy)));
        answer(looked)
    }

    fn principal(&self, who: Who) -> Principal {
        let found = self.policy.roles.iter().find(|it| it.id.get_ref() == who.role);
        let row: &RoleRow = found.unwrap_or_else(|| panic!("no role {}", who.role));
        let permissions = self.policy.permissions.keys().filter(|it| row.covers(it)).cloned().collect();
        let role = Role { id: who.role.to_owned(), name: row.name.clone(), permissions };
        let account = AccountName::parse(who.account).expect("a name");
        Principal { account, role: Arc::new(role), surface: who.surface, source: address(LOCAL) }
    }

    fn find(&self, path: &str) -> &'static Page {
        let found = self.product.pages(&self.policy).find(|it| it.path == path);
        found.unwrap_or_else(|| panic!("no page {path}"))
    }

    fn change<T>(&mut self, work: impl FnOnce(&mut People<'_>) -> T) -> T {
        let estate = self.estate();
        let mut people = People::open(&estate).expect("it opens");
        let done = work(&mut people);
        let changes = people.changes().expect("changes");
        self.apply(changes);
        done
    }

    fn apply(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Put(table, row, value) => drop(self.rows.0.insert((table, row), value)),
                Change::Delete(table, row) => drop(self.rows.0.remove(&(table, row))),
                Change::PutBlob(id, content) => self.blobs.add(id, Some(content)),
                Change::DropBlob(id) => self.blobs.add(id, None),
            }
        }
    }

    fn estate(&self) -> Estate<'_> {
        Estate::new(&self.site, &self.rows, &self.cipher)
    }
}

/// The values of a reply that lists, by column; `[row][column]`.
pub(super) fn cells(reply: Reply) -> Vec<BTreeMap<String, String>> {
    let Reply::Listing(listing) = reply else { panic!("no listing: {reply:?}") };
    let row = |cells: Vec<String>| {
        listing.columns.iter().map(|it| (*it).to_owned()).zip(cells).collect::<BTreeMap<_, _>>()
    };
    listing.rows.into_iter().map(row).collect()
}

/// The text of a reply that is a file.
pub(super) fn document(reply: Reply) -> String {
    let Reply::Document(Document { bytes, .. }) = reply else { panic!("no file: {reply:?}") };
    String::from_utf8(bytes).expect("text")
}

fn map(fields: &[(FieldId, &str)]) -> BTreeMap<FieldId, String> {
    fields.iter().map(|(field, value)| (*field, (*value).to_owned())).collect()
}

/// What the page has fixed, and `args`.
fn arguments(page: &Page, args: &[(&str, &str)]) -> Args {
    Args::of(page.with.iter().chain(args).copied())
}

#[track_caller]
fn answer<T>(outcome: Result<T, Stop>) -> Result<T, Refusal> {
    outcome.map_err(|stop| match stop {
        Stop::Refusal(refusal) => refusal,
        Stop::Error(error) => panic!("{error}"),
        Stop::Blob(id) => panic!("there never was a blob {id}"),
    })
}
