use std::fmt;

use pbx_auth::{Permission, Role};
use pbx_kernel::Surface;
use pbx_policy::{Policy, RoleRow};
use pbx_product::{Access, Action, Command, Console, Does, Item, Menu, Page, Product, Route, Run};

/// What a product lets its roles do: a row for each thing, a column for each role.
pub(super) struct Matrix<'p> {
    pub(super) roles: &'p [RoleRow],
    pub(super) rows: Vec<Row>,
    product: &'static Product,
    policy: &'p Policy,
}

/// One thing that somebody may do or not.
pub(super) struct Row {
    pub(super) label: String,
    /// All of these.
    pub(super) needs: Vec<Permission>,
    /// One of these.
    pub(super) surfaces: Vec<Surface>,
    pub(super) does: Thing,
}

/// What a row is about, so that it can be tried.
pub(super) enum Thing {
    Login(Surface),
    Command(&'static Command),
    /// A menu item: the command that opens the first menu, if one does, and the items down to it, by number.
    Item(Option<&'static Command>, Vec<(usize, &'static Item)>),
    Route(&'static Route),
    Page(&'static Page),
    Action(&'static Page, &'static Action),
}

impl<'p> Matrix<'p> {
    pub(super) fn of(product: &'static Product, policy: &'p Policy) -> Self {
        let mut matrix = Self { roles: &policy.roles, rows: Vec::new(), product, policy };
        for surface in [Surface::Api, Surface::SelfService, Surface::Ssh, Surface::Web] {
            matrix.add(format!("login over {surface}"), Vec::new(), &[surface], Thing::Login(surface));
        }
        for command in product.commands(policy) {
            let label = format!("command {}", command.name());
            matrix.add(label, vec![command.needs], &[Surface::Ssh], Thing::Command(command));
            if let Run::Menu(menu) = command.run {
                matrix.menu(menu, Some(command), &[]);
            }
        }
        for menu in matrix.consoles() {
            matrix.menu(menu, None, &[]);
        }
        for route in product.routes {
            let label = format!("route {} {}", route.method.as_str(), route.path);
            let needs = match route.access {
                Access::LogIn | Access::LogOut => Vec::new(),
                Access::Needs(needs, _) if !policy.permissions.contains_key(needs.0) => continue,
                Access::Needs(needs, _) => vec![needs],
            };
            matrix.add(label, needs, &[Surface::Api], Thing::Route(route));
        }
        for page in product.pages(policy) {
            matrix.add(format!("page {}", page.path), vec![page.needs], WEB, Thing::Page(page));
            for action in page.actions.iter().filter(|it| policy.permissions.contains_key(it.needs.0)) {
                let label = format!("form {}?do={}", page.path, action.name);
                matrix.add(label, vec![action.needs], WEB, Thing::Action(page, action));
            }
        }
        matrix
    }

    /// Whether an account of `role` may do what `row` is about.
    pub(super) fn allows(&self, row: &Row, role: &RoleRow) -> bool {
        let reached = row.surfaces.iter().any(|it| role.surfaces.contains(it));
        reached && row.needs.iter().all(|it| role.covers(it.0)) && self.has_console(row, role)
    }

    /// Whether the caller's console leads to the row at all: a prompt to commands, its own menu to that menu's items.
    pub(super) fn has_console(&self, row: &Row, role: &RoleRow) -> bool {
        match (&row.does, self.console(role)) {
            (Thing::Command(_) | Thing::Item(Some(_), _), console) => matches!(console, Console::Prompt),
            (Thing::Item(None, path), Console::Menu(menu)) => {
                path.first().is_some_and(|(_, first)| menu.items.iter().any(|it| std::ptr::eq(it, *first)))
            }
            (Thing::Item(None, _), Console::Prompt) => false,
            (Thing::Login(_) | Thing::Route(_) | Thing::Page(_) | Thing::Action(..), _) => true,
        }
    }

    /// The menus that are consoles of their own, each once.
    fn consoles(&self) -> Vec<&'static Menu> {
        let mut menus: Vec<&'static Menu> = Vec::new();
        for role in self.roles.iter().filter(|it| it.surfaces.contains(&Surface::Ssh)) {
            if let Console::Menu(menu) = self.console(role)
                && !menus.iter().any(|it| std::ptr::eq(*it, menu))
            {
                menus.push(menu);
            }
        }
        menus
    }

    fn console(&self, role: &RoleRow) -> Console {
        let permissions = self.policy.permissions.keys().filter(|it| role.covers(it)).cloned().collect();
        let role = Role { id: role.id.get_ref().clone(), name: role.name.clone(), permissions };
        (self.product.screen.console)(&role)
    }

    /// The items of `menu` and of those below it; `path` leads to it. Leaving is not a thing to be allowed.
    fn menu(
        &mut self,
        menu: &'static Menu,
        opener: Option<&'static Command>,
        path: &[(usize, &'static Item)],
    ) {
        for (index, item) in menu.items.iter().enumerate() {
            let path = [path, &[(index + 1, item)]].concat();
            let way = opener.map(|it| it.words).into_iter().chain(path.iter().map(|(_, it)| it.label));
            let label = format!("item {}", way.collect::<Vec<_>>().join(" > "));
            let needs = opener.map(|it| it.needs).into_iter().chain(path.iter().map(|(_, it)| it.needs));
            let needs = needs.collect();
            match item.does {
                Does::Leave => {}
                Does::Ask { .. } => self.add(label, needs, &[Surface::Ssh], Thing::Item(opener, path)),
                Does::Open(below) => {
                    self.add(label, needs, &[Surface::Ssh], Thing::Item(opener, path.clone()));
                    self.menu(below, opener, &path);
                }
            }
        }
    }

    fn add(&mut self, label: String, needs: Vec<Permission>, surfaces: &[Surface], does: Thing) {
        self.rows.push(Row { label, needs, surfaces: surfaces.to_vec(), does });
    }
}

impl fmt::Display for Matrix<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let first = self.rows.iter().map(|it| it.label.chars().count()).max().unwrap_or_default();
        let mut lines = vec![(String::new(), self.roles.iter().map(|it| it.id.get_ref().as_str()).collect())];
        for row in &self.rows {
            let mark = |role| if self.allows(row, role) { "yes" } else { "-" };
            lines.push((row.label.clone(), self.roles.iter().map(mark).collect::<Vec<_>>()));
        }
        for (label, marks) in lines {
            let mut line = format!("{label:first$}");
            for (mark, role) in marks.iter().zip(self.roles) {
                line += &format!("  {mark:width$}", width = role.id.get_ref().len());
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

/// Pages are for those who logged in on the web or in self-service.
const WEB: &[Surface] = &[Surface::SelfService, Surface::Web];
