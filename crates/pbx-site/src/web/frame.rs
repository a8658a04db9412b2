use pbx_auth::Principal;
use pbx_kernel::Timestamp;
use pbx_page::{Csrf, Field, Form, Frame, LoginFrame, NavGroup, NavItem, Note, SignedIn, Tab};
use pbx_product::Page;

use crate::Site;

/// What stands around a page for `principal`.
pub(super) fn frame(
    site: &Site,
    now: Timestamp,
    principal: &Principal,
    current: &str,
    csrf: &str,
    notices: Vec<Note>,
) -> Frame {
    let face = site.product.face;
    Frame {
        product: site.policy.product.name.clone(),
        theme: face.theme,
        site: site.id.to_string(),
        heading: face.heading.to_owned(),
        nav: navigation(site, principal, current),
        signed_in: Some(SignedIn { name: principal.account.to_string(), role: principal.role.name.clone() }),
        logout: Some(LOGOUT_PATH.to_owned()),
        notices,
        csrf: Some(Csrf::new(csrf)),
        lab_notice: LAB_NOTICE.to_owned(),
        time: now.to_string(),
    }
}

/// The login page with its form number `chosen`, what was typed into it, and what is to be said.
pub(super) fn login(
    site: &Site,
    now: Timestamp,
    chosen: usize,
    typed: &str,
    notices: Vec<Note>,
) -> LoginFrame {
    let face = site.product.face;
    let banner = site.banner().ok().flatten().unwrap_or_default();
    let tab = |(index, it): (usize, &pbx_product::LoginForm)| Tab {
        label: it.label.to_owned(),
        href: format!("{}?form={index}", face.login_path),
        current: index == chosen,
    };
    let tabs: Vec<Tab> = face.login_forms.iter().enumerate().map(tab).collect();
    LoginFrame {
        product: site.policy.product.name.clone(),
        theme: face.theme,
        site: site.id.to_string(),
        heading: face.heading.to_owned(),
        banner: banner.lines().map(str::to_owned).collect(),
        tabs: if tabs.len() > 1 { tabs } else { Vec::new() },
        form: login_form(site, chosen, typed),
        notices,
        csrf: None,
        lab_notice: LAB_NOTICE.to_owned(),
        time: now.to_string(),
    }
}

fn login_form(site: &Site, chosen: usize, typed: &str) -> Form {
    let face = site.product.face;
    let action = format!("{}?form={chosen}", face.login_path);
    let form = Form::post("login", action, site.policy.words.log_in.as_str());
    let Some(fields) = face.login_forms.get(chosen) else { return form };
    let name = Field::text(fields.name.0, fields.name.1).value(typed).required().autocomplete("username");
    let password =
        Field::password(fields.password.0, fields.password.1, pbx_page::Autocomplete::Current).required();
    form.field(name).field(password)
}

/// The menu: the pages that the principal may see, under their groups in the order of the table.
fn navigation(site: &Site, principal: &Principal, current: &str) -> Vec<NavGroup> {
    let mut groups: Vec<NavGroup> = Vec::new();
    for page in site.product.pages(&site.policy).filter(|it| principal.role.includes(it.needs)) {
        let item = item(page, current);
        match groups.iter_mut().find(|it| it.label == page.group) {
            Some(group) => group.items.push(item),
            None => groups.push(NavGroup::new(page.group).item(item)),
        }
    }
    groups
}

fn item(page: &Page, current: &str) -> NavItem {
    let item = NavItem::new(page.label, page.path).current(page.path == current);
    match page.code {
        Some(code) => item.code(code),
        None => item,
    }
}

/// Where the button posts that ends the session.
pub(super) const LOGOUT_PATH: &str = "/logout";

const LAB_NOTICE: &str = "Understudy, a stand-in for labs and tests. Not the vendor's product, and not affiliated with the vendor.";
