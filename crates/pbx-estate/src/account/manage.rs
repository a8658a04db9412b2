use std::borrow::Cow;

use pbx_kernel::{AccountName, Change, Secret};
use pbx_policy::Rank;

use super::{ACCOUNTS_MAX, Account, Alias, every, find, key, password_rule, row};
use crate::role::{self, may_give, may_manage};
use crate::{
    Args, Context, Error, Event, Facts, Listing, NewPassword, Noun, Outcome, Refusal, Reply, Stop, tally,
};

/// Lists the accounts whose row contains `search`, and that may log in on `surface` where one is given.
pub fn list(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let search = args.get("search").unwrap_or_default().to_lowercase();
    let surface = args.get("surface");
    let mut rows = Vec::new();
    for account in every(&cx.estate)? {
        if let Some(surface) = surface
            && !role::find(&cx.estate, cx.policy, &account.role)?
                .is_some_and(|it| it.surfaces().iter().any(|own| own == surface))
        {
            continue;
        }
        let cells = cells(cx, account)?;
        if cells.iter().any(|it| it.to_lowercase().contains(&search)) {
            rows.push(cells);
        }
    }
    rows.sort();
    Ok(Outcome::reply(Reply::Listing(Listing { kind: "account", columns: COLUMNS.into(), rows, next: None })))
}

/// Shows the account `name`.
pub fn show(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let account = named(cx, args)?;
    let rows = COLUMNS.iter().copied().zip(cells(cx, account)?).collect();
    Ok(Outcome::reply(Reply::Facts(Facts { kind: "account", rows })))
}

/// Lists the accounts that are locked, with since and until when.
pub fn locked(cx: &Context<'_>, _: &Args) -> Result<Outcome, Stop> {
    let mut rows = Vec::new();
    for account in every(&cx.estate)? {
        if let Some(lock) = tally::lock_of(&cx.estate, cx.policy, cx.now, &account)? {
            let until = lock.until.map_or_else(|| "unlocked".to_owned(), |it| it.to_string());
            rows.push(vec![account.name.to_string(), lock.since.to_string(), until]);
        }
    }
    rows.sort();
    let columns = &["name", "since", "until"];
    Ok(Outcome::reply(Reply::Listing(Listing { kind: "locked", columns: columns.into(), rows, next: None })))
}

/// Makes the account `name`, with `role` or the least one, and a `password` where one is given.
pub fn create(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let name =
        AccountName::parse(args.text("name")?).map_err(|error| Refusal::bad("name", error.to_string()))?;
    if find(&cx.estate, cx.policy, &name)?.is_some() {
        return Err(Refusal::AlreadyExists("account", name.to_string()).into());
    }
    let accounts = every(&cx.estate)?;
    let role = args.get("role").unwrap_or(cx.policy.accounts.default_role.get_ref()).to_owned();
    let blank = Account {
        key: key(cx.policy, &name),
        full_name: full_name(args)?.unwrap_or_default().to_owned(),
        class: class(cx, args)?,
        alias: None,
        rank: role::find(&cx.estate, cx.policy, &role)?.map_or(Rank::Configuration, |it| it.rank()),
        role,
        name,
        fixed: false,
        disabled: false,
        must_change: cx.policy.accounts.change_at_next_login,
        created: cx.now,
        password_set: cx.now,
        last_login: None,
        password: None,
        history: Vec::new(),
        pin: None,
        keys: Vec::new(),
        person: None,
    };
    has_room(cx, blank.rank, &accounts)?;
    if accounts.len() >= ACCOUNTS_MAX {
        return Err(Refusal::Limit("account", ACCOUNTS_MAX).into());
    }
    assign(cx, &blank.role)?;
    let (account, mut changes) = with_alias(cx, blank, args)?;
    let password = match args.secret_if_given("password") {
        Some(_) => Some(new_password(cx, &account, args, account.must_change)?),
        None => None,
    };
    changes.push(cx.estate.put(&account)?);
    let event =
        Event::on("account.created", "account", account.name.as_str()).with("role", account.role.as_str());
    let done = Reply::Done(format!("The account \"{}\" is made.", account.name));
    Ok(Outcome { password, ..Outcome::change(changes, event, done) })
}

/// Changes what is given of the account `name`: `role`, `class`, `full-name`, `alias`, `disabled`.
pub fn change(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let present = named(cx, args)?;
    may_manage(cx, &present)?;
    let mut account = present.clone();
    if let Some(role) = args.get("role").filter(|it| *it != present.role) {
        may_leave(cx, &present)?;
        assign(cx, role)?;
        role.clone_into(&mut account.role);
        account.rank = role::find(&cx.estate, cx.policy, role)?.map_or(present.rank, |it| it.rank());
        if account.rank != present.rank {
            has_room(cx, account.rank, &every(&cx.estate)?)?;
        }
    }
    if let Some(disabled) = args.get("disabled") {
        account.disabled = matches!(disabled, "yes" | "on" | "true");
        if account.disabled {
            may_leave(cx, &present)?;
        }
    }
    if args.has("class") {
        account.class = class(cx, args)?;
    }
    if let Some(full_name) = full_name(args)? {
        full_name.clone_into(&mut account.full_name);
    }
    let (account, mut changes) = with_alias(cx, account, args)?;
    changes.push(cx.estate.put(&account)?);
    let event =
        Event::on("account.changed", "account", account.name.as_str()).with("role", account.role.as_str());
    Ok(Outcome::change(changes, event, Reply::Done(format!("The account \"{}\" is changed.", account.name))))
}

/// Removes the account `name`.
pub fn remove(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let account = named(cx, args)?;
    may_manage(cx, &account)?;
    may_leave(cx, &account)?;
    if account.name == cx.principal().account {
        return Err(Refusal::Conflict(
            "You are logged in with this account: use another one to remove it.".to_owned(),
        )
        .into());
    }
    let mut changes = tally::clear(&cx.estate, cx.policy, &account);
    if let Some(alias) = &account.alias {
        changes.push(Change::Delete(Alias::TABLE, cx.estate.pseudonym("alias", alias)));
    }
    changes.push(cx.estate.delete(&account));
    let event = Event::on("account.removed", "account", account.name.as_str());
    Ok(Outcome::change(changes, event, Reply::Done(format!("The account \"{}\" is removed.", account.name))))
}

/// Gives the account `name` the new `password` (or `pin`) of an administrator's choice.
pub fn set_password(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let account = named(cx, args)?;
    may_manage(cx, &account)?;
    let must_change = cx.policy.accounts.change_at_next_login && account.name != cx.principal().account;
    let password = new_password(cx, &account, args, must_change)?;
    let event = Event::on("account.password-set", "account", account.name.as_str());
    let done = Reply::Done(format!("The password of \"{}\" is set.", account.name));
    Ok(Outcome { password: Some(password), ..Outcome::change(Vec::new(), event, done) })
}

/// Gives the principal's own account a new `password` (or `pin`); the `current` one must be shown.
pub fn set_own_password(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let own = cx.principal().account.clone();
    let account =
        find(&cx.estate, cx.policy, &own)?.ok_or_else(|| Refusal::NoSuch("account", own.to_string()))?;
    let mut password = new_password(cx, &account, args, false)?;
    password.current = Some(args.secret("current")?.clone());
    let event = Event::on("account.password-changed", "account", account.name.as_str());
    let done = Reply::Done("Your password is changed.".to_owned());
    Ok(Outcome { password: Some(password), ..Outcome::change(Vec::new(), event, done) })
}

/// Frees the account `name` from its lock, where the product lets an administrator.
pub fn unlock(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let account = named(cx, args)?;
    if !cx.policy.lockouts.iter().any(|it| it.administrator_unlocks) {
        let why = "Nobody can unlock an account of this product: locks end by themselves.";
        return Err(Refusal::Conflict(why.to_owned()).into());
    }
    if tally::lock_of(&cx.estate, cx.policy, cx.now, &account)?.is_none() {
        return Err(Refusal::Conflict(format!("The account \"{}\" is not locked.", account.name)).into());
    }
    let changes = tally::clear(&cx.estate, cx.policy, &account);
    let event = Event::on("auth.unlocked", "account", account.name.as_str());
    Ok(Outcome::change(changes, event, Reply::Done(format!("The account \"{}\" is unlocked.", account.name))))
}

/// The account that the arguments name.
fn named(cx: &Context<'_>, args: &Args) -> Result<Account, Stop> {
    let text = args.text("name")?;
    let name = AccountName::parse(text).map_err(|_| Refusal::NoSuch("account", text.to_owned()))?;
    let found = find(&cx.estate, cx.policy, &name)?;
    Ok(found.ok_or_else(|| Refusal::NoSuch("account", text.to_owned()))?)
}

/// Says no unless the role exists, may be given, and is no more than the principal's own.
fn assign(cx: &Context<'_>, id: &str) -> Result<(), Stop> {
    let present =
        role::find(&cx.estate, cx.policy, id)?.ok_or_else(|| Refusal::NoSuch("role", id.to_owned()))?;
    if !present.is_assignable() {
        return Err(Refusal::Conflict(format!("The role \"{}\" cannot be given.", present.role.name)).into());
    }
    Ok(may_give(cx, &present.role)?)
}

/// Says no where the account is fixed, or is the last that can be used with the role that must not be lost.
fn may_leave(cx: &Context<'_>, account: &Account) -> Result<(), Stop> {
    if account.fixed {
        let why = format!("The account \"{}\" belongs to the product: it stays as it is.", account.name);
        return Err(Refusal::Conflict(why).into());
    }
    let kept = cx.policy.accounts.keep_last.get_ref();
    let opens = |it: &Account| !it.disabled && (it.password.is_some() || !it.keys.is_empty());
    let usable = |it: &&Account| it.role == *kept && opens(it) && it.key != account.key;
    if account.role == *kept && every(&cx.estate)?.iter().filter(usable).count() == 0 {
        let why = format!("\"{}\" is the last administrator: make another one first.", account.name);
        return Err(Refusal::Conflict(why).into());
    }
    Ok(())
}

/// Says no where `accounts` are as many of this rank as there may be.
fn has_room(cx: &Context<'_>, rank: Rank, accounts: &[Account]) -> Result<(), Refusal> {
    let max = cx.policy.accounts.max;
    let configuring = accounts.iter().filter(|it| it.rank == Rank::Configuration).count();
    if rank == Rank::Configuration && configuring >= max {
        return Err(Refusal::Limit("account", max));
    }
    Ok(())
}

fn full_name(args: &Args) -> Result<Option<&str>, Refusal> {
    match args.get("full-name") {
        Some(name) if name.chars().count() > FULL_NAME_CHARS_MAX => {
            Err(Refusal::bad("full-name", format!("may have at most {FULL_NAME_CHARS_MAX} characters")))
        }
        name => Ok(name),
    }
}

fn class(cx: &Context<'_>, args: &Args) -> Result<Option<String>, Refusal> {
    match args.get("class") {
        Some(class) if !cx.policy.accounts.classes.iter().any(|it| it == class) => {
            Err(Refusal::NoSuch("class", class.to_owned()))
        }
        class => Ok(class.map(str::to_owned)),
    }
}

/// The account with the alias of the arguments, and the changes that make it answer to it.
fn with_alias(cx: &Context<'_>, mut account: Account, args: &Args) -> Result<(Account, Vec<Change>), Stop> {
    let wanted = args.get("alias").map(str::to_owned);
    if !args.has("alias") || wanted == account.alias {
        return Ok((account, Vec::new()));
    }
    let mut changes = Vec::new();
    if let Some(old) = account.alias.take() {
        changes.push(Change::Delete(Alias::TABLE, cx.estate.pseudonym("alias", &old)));
    }
    if let Some(wanted) = wanted {
        let name = AccountName::parse(&wanted).map_err(|error| Refusal::bad("alias", error.to_string()))?;
        if find(&cx.estate, cx.policy, &name)?.is_some() {
            return Err(Refusal::AlreadyExists("account", wanted).into());
        }
        let wanted = key(cx.policy, &name);
        changes.push(cx.estate.put(&super::alias(&cx.estate, &wanted, &account))?);
        account.alias = Some(wanted);
    }
    Ok((account, changes))
}

/// The new password or PIN among the arguments, once it keeps the rule.
fn new_password(
    cx: &Context<'_>,
    account: &Account,
    args: &Args,
    must_change: bool,
) -> Result<NewPassword, Stop> {
    let pin = args.secret_if_given("pin").is_some();
    let secret = args.secret(if pin { "pin" } else { "password" })?;
    if args.has("confirm") && args.secret_if_given("confirm") != Some(secret) {
        return Err(Refusal::bad("confirm", "is not the same as the password").into());
    }
    let rule = match cx.policy.passwords.get("pin").filter(|_| pin) {
        Some(rule) => Cow::Borrowed(rule),
        None => password_rule(&cx.estate, cx.policy, &account.role)?,
    };
    let weaknesses = rule.weaknesses(&account.name, secret);
    if !weaknesses.is_empty() {
        return Err(Refusal::WeakPassword(weaknesses).into());
    }
    Ok(NewPassword {
        account: account.name.clone(),
        row: row(&cx.estate, &account.key),
        password: Secret::clone(secret),
        pin,
        current: None,
        must_change: must_change && !pin,
        clears_lockout: cx.policy.lockouts.iter().any(|it| it.password_reset_clears),
    })
}

fn cells(cx: &Context<'_>, account: Account) -> Result<Vec<String>, Error> {
    let state = super::state(&cx.estate, cx.policy, cx.now, &account)?;
    let last_login = account.last_login.map(|it| it.to_string()).unwrap_or_default();
    Ok(vec![
        account.name.to_string(),
        account.full_name,
        account.role,
        account.class.unwrap_or_default(),
        account.alias.unwrap_or_default(),
        state.to_owned(),
        last_login,
    ])
}

const COLUMNS: &[&str] = &["name", "full-name", "role", "class", "alias", "state", "last-login"];

/// The longest name of a person: so that an account fits a store value.
const FULL_NAME_CHARS_MAX: usize = 128;
