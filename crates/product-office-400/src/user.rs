//! End users: accounts that do not configure the system, with an extension number and a PIN.

use pbx_estate::{Args, Context, Outcome, Stop, account, role};
use pbx_kernel::AccountName;
use pbx_page::{Autocomplete, Choice, Field, Form};

/// The role of every end user.
const END_USER: &str = "end-user";

/// Makes an end user's account, whatever rank and profile the caller names: it never counts among the
/// configuration accounts, so it may not become one on the way.
pub(crate) fn create(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    account::create(cx, &as_end_user(args))
}

/// The form for [`create`], whose action is called `user`.
pub(crate) fn create_form(cx: &Context<'_>) -> Result<Form, Stop> {
    let rule = account::password_rule(&cx.estate, cx.policy, END_USER)?;
    let none = std::iter::once(Choice::new("", "In the office"));
    let classes = cx.policy.accounts.classes.iter().map(|it| Choice::new(it, it));
    Ok(Form::post("user", "?do=user", "Create end user")
        .legend("New: end user")
        .field(Field::text("name", "User name").required().autocomplete("off"))
        .field(Field::text("alias", "Extension number").hint("Serves as a user name too"))
        .field(Field::select("class", "Works", none.chain(classes)))
        .field(Field::password("password", "Password", Autocomplete::New).hint(rule.describe()))
        .field(Field::password("confirm", "Password again", Autocomplete::New)))
}

/// The form that gives the account `name` a PIN, whose action is called `pin`; nothing where its role has none.
pub(crate) fn pin_form(cx: &Context<'_>, name: &str) -> Result<Option<Form>, Stop> {
    let Ok(name) = AccountName::parse(name) else { return Ok(None) };
    let Some(account) = account::find(&cx.estate, cx.policy, &name)? else { return Ok(None) };
    let has_pin = role::find(&cx.estate, cx.policy, &account.role)?.is_some_and(|it| it.has_pin());
    Ok(cx.policy.passwords.get("pin").filter(|_| has_pin).map(|rule| {
        Form::post("pin", "?do=pin", "Set PIN")
            .legend("Set a new PIN")
            .hidden("name", name.as_str())
            .field(Field::password("pin", "PIN", Autocomplete::OneTime).hint(rule.describe()).required())
    }))
}

/// The same arguments with an end user's rank and role: of several values the last counts.
fn as_end_user(args: &Args) -> Args {
    let mut args = args.clone();
    args.add("rank", END_USER);
    args.add("role", END_USER);
    args
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whatever_rank_and_role_are_asked_for_it_becomes_an_end_user() {
        let args =
            as_end_user(&Args::of([("name", "ada"), ("rank", "configuration"), ("role", "administrator")]));
        assert_eq!(
            (args.get("name"), args.get("rank"), args.get("role")),
            (Some("ada"), Some("end-user"), Some("end-user"),)
        );
    }
}
