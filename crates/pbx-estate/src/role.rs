//! Roles: the shipped ones of the policy, those an administrator changed, and those he made.

use std::collections::BTreeSet;
use std::sync::Arc;

use pbx_auth::Role;
use pbx_kernel::{Row, Surface, Table};
use pbx_policy::{Policy, Rank, RoleRow};
use serde::{Deserialize, Serialize};

use crate::account::{self, Account};
use crate::{Args, Context, Error, Estate, Event, Listing, Noun, Outcome, Refusal, Reply, Stop};

/// A role that an administrator made or changed.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Custom {
    /// How accounts refer to it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it includes.
    pub permissions: BTreeSet<String>,
}

impl Noun for Custom {
    const TABLE: Table = Table("role");

    fn row(&self, _: &Estate<'_>) -> Row {
        self.id.clone()
    }
}

/// A role as it is now.
#[derive(Clone, Debug)]
pub struct Present<'p> {
    /// Its id, name and permissions.
    pub role: Arc<Role>,
    /// Its row in the policy, where it was shipped.
    pub shipped: Option<&'p RoleRow>,
}

impl Present<'_> {
    /// Where accounts with it may log in; a role made by an administrator opens the web and the API.
    pub fn admits(&self, surface: Surface) -> bool {
        match self.shipped {
            Some(row) => row.surfaces.contains(&surface),
            None => matches!(surface, Surface::Web | Surface::Api),
        }
    }

    /// The names of the surfaces that it admits.
    pub fn surfaces(&self) -> Vec<String> {
        let all = [Surface::Api, Surface::SelfService, Surface::Ssh, Surface::Web];
        all.into_iter().filter(|it| self.admits(*it)).map(|it| it.to_string()).collect()
    }

    /// Whether an administrator may give it to accounts.
    pub fn is_assignable(&self) -> bool {
        self.shipped.is_none_or(|it| it.assignable)
    }

    /// What new accounts with it are for.
    pub fn rank(&self) -> Rank {
        self.shipped.map_or(Rank::Configuration, |it| it.rank)
    }

    /// Whether a PIN serves on the local network.
    pub fn has_pin(&self) -> bool {
        self.shipped.is_some_and(|it| it.pin_from_local)
    }
}

/// The role `id` as it is now.
pub fn find<'p>(estate: &Estate<'_>, policy: &'p Policy, id: &str) -> Result<Option<Present<'p>>, Error> {
    let shipped = policy.roles.iter().find(|it| it.id.get_ref() == id);
    let custom = if policy.accounts.roles_editable { estate.get::<Custom>(id)? } else { None };
    let role = match (custom, shipped) {
        (Some(Custom { id, name, permissions }), _) => Arc::new(Role { id, name, permissions }),
        (None, Some(row)) => Arc::clone(&row.role),
        (None, None) => return Ok(None),
    };
    Ok(Some(Present { role, shipped }))
}

/// Every role as it is now, the shipped ones first.
pub fn all<'p>(estate: &Estate<'_>, policy: &'p Policy) -> Result<Vec<Present<'p>>, Error> {
    let mut ids: Vec<String> = policy.roles.iter().map(|it| it.id.get_ref().clone()).collect();
    for (id, _) in estate.list::<Custom>(None, ROLES_MAX)? {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids.iter().filter_map(|id| find(estate, policy, id).transpose()).collect()
}

/// Lists the roles with how many permissions and accounts each has.
pub fn list(cx: &Context<'_>, _: &Args) -> Result<Outcome, Stop> {
    let accounts = account::every(&cx.estate)?;
    let row = |it: Present<'_>| {
        let used = accounts.iter().filter(|account| account.role == it.role.id).count();
        let made = if it.shipped.is_some() { "shipped" } else { "own" };
        let summary = it.shipped.map(|row| row.summary.clone()).unwrap_or_default();
        let permissions = it.role.permissions.len().to_string();
        vec![
            it.role.id.clone(),
            it.role.name.clone(),
            permissions,
            used.to_string(),
            made.to_owned(),
            summary,
        ]
    };
    let rows = all(&cx.estate, cx.policy)?.into_iter().map(row).collect();
    let columns = &["id", "name", "permissions", "accounts", "made", "summary"];
    Ok(Outcome::reply(Reply::Listing(Listing { kind: "role", columns: columns.into(), rows, next: None })))
}

/// Lists every permission with what it allows and, role by role, who has it.
pub fn matrix(cx: &Context<'_>, _: &Args) -> Result<Outcome, Stop> {
    let roles = all(&cx.estate, cx.policy)?;
    let row = |(permission, allows): (&String, &String)| {
        let mut cells = vec![permission.clone(), allows.clone()];
        let yes = |it: &Present<'_>| if it.role.permissions.contains(permission) { "yes" } else { "no" };
        cells.extend(roles.iter().map(|it| yes(it).to_owned()));
        cells
    };
    let rows = cx.policy.permissions.iter().map(row).collect();
    Ok(Outcome::reply(Reply::Listing(Listing {
        kind: "matrix",
        columns: (&["permission", "allows"][..]).into(),
        rows,
        next: None,
    })))
}

/// Makes the role `id`, or changes it where it exists, to include exactly the permissions given.
pub fn save(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    if !cx.policy.accounts.roles_editable {
        return Err(Refusal::Conflict("This product's roles are fixed.".to_owned()).into());
    }
    let id = parse_id(args.text("id")?)?;
    let present = find(&cx.estate, cx.policy, &id)?;
    if present.as_ref().is_some_and(|it| it.shipped.is_some_and(|row| row.fixed)) {
        return Err(Refusal::Conflict(format!("The role \"{id}\" cannot be changed.")).into());
    }
    if id == *cx.policy.accounts.keep_last.get_ref() {
        let why =
            format!("\"{id}\" is the administrators' role: it stays as it is, so that there is always one.");
        return Err(Refusal::Conflict(why).into());
    }
    if let Some(present) = &present {
        may_give(cx, &present.role)?;
    }
    if present.is_none() && all(&cx.estate, cx.policy)?.len() >= ROLES_MAX {
        return Err(Refusal::Limit("role", ROLES_MAX).into());
    }
    let permissions: BTreeSet<String> = args.all("permission").iter().cloned().collect();
    if let Some(unknown) = permissions.iter().find(|it| !cx.policy.permissions.contains_key(*it)) {
        return Err(Refusal::NoSuch("permission", unknown.clone()).into());
    }
    let name = args
        .get("name")
        .map_or_else(|| present.as_ref().map_or(id.clone(), |it| it.role.name.clone()), str::to_owned);
    if name.chars().count() > NAME_CHARS_MAX {
        return Err(Refusal::bad("name", format!("may have at most {NAME_CHARS_MAX} characters")).into());
    }
    let role = Role { id, name, permissions };
    may_give(cx, &role)?;
    let event = if present.is_some() { "role.changed" } else { "role.created" };
    let event =
        Event::on(event, "role", role.id.as_str()).with("permissions", role.permissions.len().to_string());
    let Role { id, name, permissions } = role;
    let done = Reply::Done(format!("\"{name}\" is saved."));
    Ok(Outcome::change(vec![cx.estate.put(&Custom { id, name, permissions })?], event, done))
}

/// Removes a role that an administrator made and no account has; a changed shipped role becomes as shipped again.
pub fn remove(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let id = args.text("id")?;
    let Some(custom) = cx.estate.get::<Custom>(id)? else {
        return Err(match find(&cx.estate, cx.policy, id)? {
            Some(_) => Refusal::Conflict("A shipped role cannot be removed.".to_owned()),
            None => Refusal::NoSuch("role", id.to_owned()),
        }
        .into());
    };
    let shipped = cx.policy.roles.iter().find(|it| it.id.get_ref() == id);
    if let Some(row) = shipped {
        may_give(cx, &row.role)?;
    }
    let Custom { id: own, name, permissions } = custom.clone();
    may_give(cx, &Role { id: own, name, permissions })?;
    let used = account::every(&cx.estate)?.iter().filter(|it| it.role == id).count();
    if used > 0 && shipped.is_none() {
        let why = format!("{used} of the accounts have this role. Give them another one first.");
        return Err(Refusal::Conflict(why).into());
    }
    let event = Event::on("role.removed", "role", id);
    Ok(Outcome::change(
        vec![cx.estate.delete(&custom)],
        event,
        Reply::Done(format!("\"{}\" is removed.", custom.name)),
    ))
}

/// Says no where `role` has a permission that the principal lacks: nobody gives more than he has.
///
/// What opens a store that is sealed from administrators opens only one's own part of it, so that an end user's
/// shipped role may be given by who lacks it. No other role can have it.
pub(crate) fn may_give(cx: &Context<'_>, role: &Role) -> Result<(), Refusal> {
    let shipped = |it: &&RoleRow| *it.id.get_ref() == role.id && it.rank == Rank::EndUser;
    let owner = cx.policy.roles.iter().find(shipped);
    let is_owners = |it: &str| cx.policy.is_sealed(it) && owner.is_some_and(|row| row.covers(it));
    let mut more = role.permissions.difference(&cx.principal().role.permissions);
    match more.find(|it| !is_owners(it)) {
        None => Ok(()),
        Some(_) => Err(Refusal::Conflict(
            "You cannot give or take over more than your own role includes.".to_owned(),
        )),
    }
}

/// Says no where `account` may do something that the principal may not.
pub(crate) fn may_manage(cx: &Context<'_>, account: &Account) -> Result<(), Stop> {
    match find(&cx.estate, cx.policy, &account.role)? {
        Some(present) => Ok(may_give(cx, &present.role)?),
        None => Ok(()),
    }
}

/// A role's id: 1 to 32 of a-z, 0-9 and -.
fn parse_id(text: &str) -> Result<String, Refusal> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if (1..=32).contains(&text.len()) && text.bytes().all(allowed) {
        Ok(text.to_owned())
    } else {
        Err(Refusal::bad("id", "must be 1 to 32 of a-z, 0-9 and -"))
    }
}

/// The longest name of a role: it stands in menus.
const NAME_CHARS_MAX: usize = 80;

/// More roles than any site has; few enough to list on a page.
const ROLES_MAX: usize = 100;
