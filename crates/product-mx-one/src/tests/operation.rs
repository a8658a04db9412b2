//! The rows, run: against a site's state in memory that is sealed by nothing.

use std::collections::BTreeMap;
use std::sync::Arc;

use pbx_auth::{Permission, Principal, authorize};
use pbx_estate::{Args, Context, Estate, Outcome, Refusal, Reply, Stop};
use pbx_kernel::{
    AccountName, Change, Cipher, CipherError, DataKey, Generation, Pseudonym, Row, SiteId, Source,
    StoreError, Surface, Table, Timestamp, View,
};
use pbx_page::Block;
use pbx_policy::Policy;
use pbx_product::{Access, Method, Run, Shown};

use super::policy;
use crate::PRODUCT;

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

/// Seals nothing and hides no name.
struct Open;

impl Cipher for Open {
    fn seal(&self, _: &[u8], plain: &[u8]) -> Vec<u8> {
        plain.to_vec()
    }

    fn open(&self, _: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        Ok(sealed.to_vec())
    }

    fn pseudonym(&self, _: &str, name: &str) -> Pseudonym {
        Pseudonym::new(name)
    }

    fn draw_key(&self) -> DataKey {
        DataKey::from_bytes(&[0; DataKey::BYTES])
    }

    fn seal_under(&self, _: &DataKey, _: &[u8], plain: &[u8]) -> Vec<u8> {
        plain.to_vec()
    }

    fn open_under(&self, _: &DataKey, _: &[u8], sealed: &[u8]) -> Result<Vec<u8>, CipherError> {
        Ok(sealed.to_vec())
    }

    fn generation(&self) -> Generation {
        Generation::default()
    }

    fn seal_root(&self, _: Generation, _: &[u8], plain: &[u8]) -> Result<Vec<u8>, CipherError> {
        Ok(plain.to_vec())
    }

    fn open_root(&self, _: &[u8], sealed: &[u8]) -> Result<(Generation, Vec<u8>), CipherError> {
        Ok((Generation::default(), sealed.to_vec()))
    }
}

/// A site without anything, and somebody with one of the shipped roles.
struct Lab {
    memory: Memory,
    policy: Policy,
    principal: Principal,
}

impl Lab {
    fn with(role: &str) -> Self {
        let policy = policy();
        let row = policy.roles.iter().find(|it| it.id.get_ref() == role).expect("a role");
        let permissions = policy.permissions.keys().filter(|it| row.covers(it)).cloned().collect();
        let role = pbx_auth::Role { id: role.to_owned(), name: row.name.clone(), permissions };
        let principal = Principal {
            account: AccountName::parse("somebody").expect("a name"),
            role: Arc::new(role),
            surface: Surface::Ssh,
            source: Source::new([127, 0, 0, 1].into()),
        };
        Self { memory: Memory::default(), policy, principal }
    }

    fn run<T>(
        &mut self,
        needs: Permission,
        run: impl Fn(&Context<'_>) -> Result<T, Stop>,
    ) -> Result<T, Refusal> {
        let site = SiteId::parse("mx-one").expect("an id");
        let grant =
            authorize(&self.principal, needs).map_err(|it| Refusal::NotPermitted(it.0.0.to_owned()))?;
        let estate = Estate::new(&site, &self.memory, &Open);
        match run(&Context::new(Timestamp::default(), &grant, estate, &self.policy)) {
            Ok(done) => Ok(done),
            Err(Stop::Refusal(refusal)) => Err(refusal),
            Err(Stop::Error(error)) => panic!("{error}"),
            Err(Stop::Blob(id)) => panic!("nothing here reads the blob {id}"),
        }
    }

    fn commit(&mut self, outcome: Outcome) -> Reply {
        for change in outcome.changes {
            match change {
                Change::Put(table, row, value) => drop(self.memory.0.insert((table, row), value)),
                Change::Delete(table, row) => drop(self.memory.0.remove(&(table, row))),
                Change::PutBlob(..) | Change::DropBlob(_) => panic!("no operation of these has blobs"),
            }
        }
        outcome.reply
    }

    /// Types a command; answers with what the terminal shows.
    fn types(&mut self, name: &str, args: &[(&str, &str)]) -> String {
        let command = PRODUCT.commands.iter().find(|it| it.name() == name).expect("a command");
        let Run::Operation(handler) = command.run else { panic!("{name} is no operation") };
        let args = Args::of(args.iter().copied());
        match self.run(command.needs, |cx| handler(cx, &args)) {
            Ok(outcome) => (PRODUCT.screen.reply)(name, &self.commit(outcome)),
            Err(refusal) => (PRODUCT.screen.refuse)(&refusal),
        }
    }

    /// Calls a route; answers with the JSON.
    fn calls(&mut self, method: Method, path: &str, args: &[(&str, &str)]) -> serde_json::Value {
        let route = PRODUCT.routes.iter().find(|it| it.path == path && it.method == method).expect("a route");
        let Access::Needs(needs, handler) = route.access else { panic!("{path} is no operation") };
        let args = Args::of(args.iter().copied());
        match self.run(needs, |cx| handler(cx, &args)) {
            Ok(outcome) => (PRODUCT.wire.reply)(&self.commit(outcome)),
            Err(refusal) => (PRODUCT.wire.refuse)(&refusal),
        }
    }

    /// Opens a page.
    fn opens(&mut self, path: &str, args: &[(&str, &str)]) -> Result<Shown, Refusal> {
        let page = PRODUCT.pages.iter().find(|it| it.path == path).expect("a page");
        let args = Args::of(page.with.iter().chain(args).copied());
        self.run(page.needs, |cx| (page.show)(cx, &args))
    }

    /// How many rows the table of extensions has, and where its next page is.
    fn extensions(&mut self, args: &[(&str, &str)]) -> (usize, Option<String>) {
        let shown = self.opens("/services/extension", args).expect("permitted");
        let Some(Block::Table(table)) = shown.sheet.blocks.first() else { panic!("a table") };
        (table.rows.len(), table.pager.as_ref().and_then(|it| it.next.clone()))
    }

    fn forms(&mut self, path: &str, args: &[(&str, &str)]) -> Vec<String> {
        let blocks = self.opens(path, args).expect("permitted").sheet.blocks;
        let form = |block: Block| if let Block::Form(form) = block { Some(form.id) } else { None };
        blocks.into_iter().filter_map(form).collect()
    }
}

#[test]
fn a_number_is_made_named_printed_and_erased_with_its_name() {
    let mut lab = Lab::with("linux-7");
    assert_eq!(lab.types("extension -i", &[("dir", "2101"), ("csp", "4")]), "Executed.\n");
    assert_eq!(
        lab.types("name -i", &[("dir", "2101"), ("name1", "Nils"), ("number-type", "dir")]),
        "Executed.\n"
    );
    assert!(lab.types("extension -p", &[("dir", "all")]).ends_with("\n2101       0     1   4\n"));
    assert!(lab.types("name -p", &[]).contains("\n2101 "));
    assert_eq!(lab.types("extension -e", &[("dir", "2101")]), "Executed.\n");
    assert!(!lab.types("name -p", &[]).contains("2101"));
}

#[test]
fn a_refused_command_says_why_and_changes_nothing() {
    let mut lab = Lab::with("linux-1");
    let refused = "Not accepted: your authority level does not include this.\n";
    assert_eq!(lab.types("extension -i", &[("dir", "2101")]), refused);
    assert_eq!(lab.types("name -p", &[]), refused);
    assert_eq!(
        lab.types("extension -p", &[("dir", "2101")]),
        "Not accepted: There is no extension \"2101\".\n"
    );
    let mut lab = Lab::with("linux-7");
    let refused = lab.types("name -i", &[("dir", "2101"), ("name1", "Nils"), ("number-type", "external")]);
    assert!(refused.starts_with("Not accepted: The value of \"number-type\""), "{refused}");
    assert!(lab.memory.0.is_empty());
}

#[test]
fn nobody_clears_the_audit_log_and_only_root_reads_it() {
    let refused = "Not accepted: The Audit log can never be cleared.\n";
    assert_eq!(Lab::with("root").types("log -e", &[("log", "audit")]), refused);
    assert_eq!(Lab::with("mxone-admin").types("log -e", &[("log", "audit")]), refused);
    assert_eq!(Lab::with("root").types("log -p", &[("log", "audit")]), "No entries.\n");
    let refused = "Not accepted: your authority level does not include this.\n";
    assert_eq!(Lab::with("mxone-admin").types("log -p", &[("log", "audit")]), refused);
    assert_eq!(
        Lab::with("mxone-admin").types("log -e", &[("log", "system")]),
        "System log cleared: 0 entries removed.\n"
    );
    assert_eq!(Lab::with("linux-7").types("log -e", &[("log", "system")]), refused);
}

#[test]
fn an_extension_is_made_from_the_vendors_body() {
    let mut lab = Lab::with("administrator");
    let path = "/pm-extension-ms/pm-extension/v1/ip";
    let body = [("subsystemName", "Node 1"), ("extensionNumber", "2101"), ("commonServiceProfile", "7")];
    assert_eq!(lab.calls(Method::Post, path, &body), serde_json::json!({}));
    let listed = lab.calls(Method::Get, path, &[]);
    assert_eq!(
        listed["extension"][0],
        serde_json::json!({ "dir": "2101", "customer": "0", "lim": "1", "csp": "7" })
    );
    assert_eq!(lab.calls(Method::Post, path, &body)["mitelErrorCode"], "already-exists");
}

#[test]
fn the_extensions_page_shows_fifty_and_the_way_to_the_rest() {
    let mut lab = Lab::with("department-admin");
    for number in 2101..=2150 {
        lab.calls(Method::Post, "/pm-extension-ms/pm-extension/v1/ip", &[("dir", &number.to_string())]);
    }
    assert_eq!(lab.extensions(&[]), (50, None));
    lab.calls(Method::Post, "/pm-extension-ms/pm-extension/v1/ip", &[("dir", "2151")]);
    assert_eq!(lab.extensions(&[]), (50, Some("?after=2150".to_owned())));
    assert_eq!(lab.extensions(&[("after", "2150")]), (1, None));
    assert_eq!(lab.extensions(&[("range", "2149..2160")]), (3, None));
    let next = Some("?after=2150&range=2000..2999".to_owned());
    assert_eq!(lab.extensions(&[("range", "2000..2999")]), (50, next));
    let refusal = lab.opens("/services/extension", &[("range", "2..1")]).map(|_| ()).expect_err("no range");
    assert_eq!(refusal.field(), Some("range"));
}

#[test]
fn the_page_of_an_extension_offers_what_can_be_done_to_it() {
    let mut lab = Lab::with("department-admin");
    lab.calls(Method::Post, "/pm-extension-ms/pm-extension/v1/ip", &[("dir", "2101")]);
    let one = [("dir", "2101")];
    assert_eq!(lab.forms("/services/extension", &one), ["change", "name-initiate", "erase"]);
    lab.calls(Method::Post, "/pm-api/v1/names/{dir}", &[("dir", "2101"), ("name1", "Nils")]);
    assert_eq!(lab.forms("/services/extension", &one), ["change", "name-change", "name-erase", "erase"]);
    let after_erasing = [("dir", "2101"), ("do", "erase")];
    assert_eq!(lab.forms("/services/extension", &after_erasing), ["initiate"]);
}

#[test]
fn every_page_opens_for_a_role_that_includes_it() {
    for role in
        ["system-setup-admin", "administrator", "department-admin", "end-user", "mxone-admin", "mxone-user"]
    {
        let mut lab = Lab::with(role);
        for page in PRODUCT.pages {
            let permitted = lab.principal.role.includes(page.needs);
            assert_eq!(lab.opens(page.path, &[]).is_ok(), permitted, "{role}: {}", page.path);
        }
    }
}
