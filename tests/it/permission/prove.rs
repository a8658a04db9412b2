use pbx_cmdline::ValueKind;
use pbx_kernel::Surface;
use pbx_policy::{Policy, RoleRow};
use pbx_product::{Access, Command, Does, Item, Method, Product, Run};
use pbx_recorder::Outcome;
use pbx_site::SessionId;

use super::matrix::{Matrix, Row, Thing};
use crate::engine::rig::{RIGHT, Rig, account, caller};
use crate::engine::shell::{Shell, exec};
use crate::engine::web::Ticket;

/// Does everything in the product's matrix as every role.
pub(super) fn product(product: &'static Product) {
    policy(product, product.policy);
}

pub(super) fn policy(product: &'static Product, text: &str) {
    let policy = Policy::parse("product.toml", text).unwrap_or_else(|error| panic!("{error}"));
    let matrix = Matrix::of(product, &policy);
    for role in &policy.roles {
        let mut caller = Caller::of(product, text, role);
        for row in &matrix.rows {
            let allowed = matrix.allows(row, role);
            // Where the console does not lead to a row there is nothing to try.
            let done = matrix.has_console(row, role) && caller.tries(row);
            let id = role.id.get_ref();
            assert_eq!(done, allowed, "{}: {id}: {}", product.id, row.label);
        }
    }
}

/// An account of one role, with a session on every surface that lets it in.
struct Caller {
    rig: Rig,
    outside: Rig,
    name: String,
    may_call: bool,
    ssh: Option<SessionId>,
    /// The token of a session on the web, or in self-service where only that is open.
    web: Option<String>,
}

impl Caller {
    fn of(product: &'static Product, text: &str, role: &RoleRow) -> Self {
        let name = format!("one-{}", role.id.get_ref());
        let accounts = vec![account(&name, role.id.get_ref())];
        let mut rig = Rig::with(product, text, accounts.clone());
        let mut open = |surface| {
            let admitted = role.surfaces.contains(&surface);
            admitted.then(|| rig.log_in(caller(&name, RIGHT, surface)).accepted())
        };
        let ssh = open(Surface::Ssh).map(|(session, _)| session);
        let web = open(Surface::Web).or_else(|| open(Surface::SelfService)).map(|(_, token)| token);
        // Logins that are refused count, so they are tried at a site of their own.
        let outside = Rig::with(product, text, accounts);
        let may_call = role.surfaces.contains(&Surface::Api);
        Self { rig, outside, name, may_call, ssh, web }
    }

    /// Does what the row is about; whether it was let.
    fn tries(&mut self, row: &Row) -> bool {
        match &row.does {
            Thing::Login(surface) => self.is_let_in(*surface),
            Thing::Command(command) => self.types(command),
            Thing::Item(opener, path) => self.chooses(*opener, path),
            Thing::Route(route) => {
                let path = route.path.split('/').map(|it| if it.starts_with('{') { "x" } else { it });
                let path = path.collect::<Vec<_>>().join("/");
                self.calls(
                    route.method,
                    &path,
                    route.access,
                    &format!("{} {}", route.method.as_str(), route.path),
                )
            }
            Thing::Page(page) => {
                let Some(token) = self.web.clone() else { return false };
                self.is_let("page.run", page.path, |rig| drop(rig.get(Ticket::Cookie(&token), page.path)))
            }
            Thing::Action(page, action) => {
                let Some(token) = self.web.clone() else { return false };
                let name = format!("{}?do={}", page.path, action.name);
                self.is_let("page.run", &name, |rig| drop(rig.post(&token, &name, &[])))
            }
        }
    }

    fn is_let_in(&mut self, surface: Surface) -> bool {
        let from = self.outside.site.trail_len();
        let accepted = self.outside.log_in(caller(&self.name, RIGHT, surface)).is_accepted();
        let event = if accepted { "auth.accepted" } else { "auth.rejected (no-access-here)" };
        assert_eq!(self.outside.events(from)[0], event, "{}: {surface}", self.name);
        accepted
    }

    fn types(&mut self, command: &'static Command) -> bool {
        let Some(session) = self.ssh.clone() else { return false };
        let mut line = command.words.to_owned();
        line.extend(command.action.map(|(short, _)| format!(" {short}")));
        for switch in command.switches.iter().filter(|it| it.required) {
            let value = match switch.value {
                ValueKind::None => "",
                ValueKind::Number => "=1",
                ValueKind::Numbers => "=9999",
                ValueKind::Text => "=x",
            };
            line += &format!(" --{}{value}", switch.long);
        }
        match command.run {
            Run::Operation(_) => {
                self.is_let("command.run", &command.name(), |rig| drop(exec(rig, &session, &line)))
            }
            // What opens a menu, helps or leaves is recorded only where it is refused.
            Run::Menu(_) | Run::Help | Run::Leave => {
                let from = self.rig.site.trail_len();
                let (shown, status) = exec(&mut self.rig, &session, &line);
                assert!(!shown.is_empty() || status == Some(0), "{line}: nothing happened");
                !self.was_refused(from)
            }
        }
    }

    fn chooses(&mut self, opener: Option<&'static Command>, path: &[(usize, &'static Item)]) -> bool {
        let Some(session) = self.ssh.clone() else { return false };
        let from = self.rig.site.trail_len();
        let (mut shell, _) = Shell::start(&mut self.rig, &session);
        opener.map(|it| shell.line(&mut self.rig, it.words));
        for (number, item) in path {
            if self.was_refused(from) {
                return false;
            }
            let mut shown = shell.line(&mut self.rig, &number.to_string());
            if let Does::Ask { questions, .. } = item.does {
                for question in questions {
                    if self.was_refused(from) {
                        break;
                    }
                    assert!(
                        shown.contains(question.label),
                        "{}: not asked for {}",
                        item.label,
                        question.label
                    );
                    shown = shell.line(&mut self.rig, "1");
                }
            }
        }
        let Some((_, last)) = path.last() else { return false };
        let ran = self.rig.records(from).iter().any(|it| {
            it.record.event == "menu.run" && it.record.detail().get("name").is_some_and(|it| it == last.label)
        });
        let refused = self.was_refused(from);
        assert!(ran || refused || matches!(last.does, Does::Open(_)), "{} is not on record", last.label);
        !refused
    }

    fn calls(&mut self, method: Method, path: &str, access: Access, name: &str) -> bool {
        if !self.may_call {
            return false;
        }
        let token = self.rig.token(caller(&self.name, RIGHT, Surface::Api));
        let let_through = match access {
            Access::LogIn => true,
            Access::LogOut => return self.rig.call(method.as_str(), path, &token, "").status == 204,
            Access::Needs(..) => {
                self.is_let("route.run", name, |rig| drop(rig.call(method.as_str(), path, &token, "{}")))
            }
        };
        let session = SessionId::of(&token);
        self.rig.site.end_session(self.rig.now, &session).expect("the store takes it");
        let_through
    }

    /// Does something that is recorded as `event` of `name`; whether it was let.
    #[track_caller]
    fn is_let(&mut self, event: &str, name: &str, act: impl FnOnce(&mut Rig)) -> bool {
        let from = self.rig.site.trail_len();
        act(&mut self.rig);
        let records = self.rig.records(from);
        let run = records.iter().map(|it| &it.record).find(|it| it.event == event);
        let run = run.unwrap_or_else(|| panic!("{name} is not on record: {records:?}"));
        assert_eq!(run.detail().get("name").map(String::as_str), Some(name));
        run.reason.as_deref() != Some(NOT_PERMITTED)
    }

    fn was_refused(&self, from: u64) -> bool {
        let records = self.rig.records(from);
        records.iter().any(|it| {
            it.record.outcome == Outcome::Refused && it.record.reason.as_deref() == Some(NOT_PERMITTED)
        })
    }
}

/// The reason of a refusal that the role is the cause of.
const NOT_PERMITTED: &str = "not-permitted";
