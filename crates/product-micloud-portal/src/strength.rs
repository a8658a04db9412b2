//! Feedback on how strong a password is, before it is set and when it is.

use pbx_auth::Strength;
use pbx_estate::{Args, Context, Facts, Outcome, Refusal, Reply, Stop, account};
use pbx_kernel::AccountName;
use pbx_page::{Autocomplete, Field, Form};

/// Makes a system user, and says how strong the password is.
pub(crate) fn create(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    account::create(cx, args).map(rated)
}

/// Gives a system user a new password, and says how strong it is.
pub(crate) fn set_password(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    account::set_password(cx, args).map(rated)
}

/// Gives the caller a new password, and says how strong it is.
pub(crate) fn set_own_password(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    account::set_own_password(cx, args).map(rated)
}

/// Says how strong `password` would be for the system user `name` (the caller where none is named), and what the
/// rule has against it; for programs. Nothing is kept.
pub(crate) fn estimate(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let (strength, accepted) = examine(cx, args)?;
    let accepted = if accepted { "yes" } else { "no" };
    let rows = vec![("strength", strength.to_string()), ("accepted", accepted.to_owned())];
    Ok(Outcome::reply(Reply::Facts(Facts { kind: "strength", rows })))
}

/// The same as a sentence, for people.
pub(crate) fn tell(cx: &Context<'_>, args: &Args) -> Result<Outcome, Stop> {
    let (strength, accepted) = examine(cx, args)?;
    let rule = if accepted { "The rule accepts it." } else { "The rule does not accept it." };
    Ok(Outcome::reply(Reply::Done(format!("The strength of this password is {strength}. {rule}"))))
}

/// The form for [`tell`], whose action is called `strength`.
pub(crate) fn form() -> Form {
    Form::post("strength", "?do=strength", "Tell the strength")
        .legend("How strong is a password?")
        .field(Field::text("for", "For the system user").hint("Empty means yourself").autocomplete("off"))
        .field(Field::password("password", "Password", Autocomplete::OneTime).required())
}

/// How strong the password of the arguments is, and whether the rule accepts it.
fn examine(cx: &Context<'_>, args: &Args) -> Result<(Strength, bool), Stop> {
    let name = match args.get("for") {
        Some(text) => AccountName::parse(text).map_err(|error| Refusal::bad("for", error.to_string()))?,
        None => cx.principal().account.clone(),
    };
    let password = args.secret("password")?;
    let rule = account::password_rule(&cx.estate, cx.policy, &cx.principal().role.id)?;
    Ok((Strength::of(&name, password), rule.weaknesses(&name, password).is_empty()))
}

/// The outcome, whose sentence also says how strong the password is that it sets.
fn rated(mut outcome: Outcome) -> Outcome {
    if let (Some(new), Reply::Done(sentence)) = (&outcome.password, &mut outcome.reply) {
        let strength = Strength::of(&new.account, &new.password);
        sentence.push_str(&format!(" The password's strength is {strength}."));
    }
    outcome
}

#[cfg(test)]
mod tests {
    use pbx_estate::NewPassword;
    use pbx_kernel::Secret;

    use super::*;

    #[track_caller]
    fn check(password: Option<&str>, expected: &str) {
        let new = |it: &str| NewPassword {
            account: AccountName::parse("ada").expect("valid"),
            row: String::new(),
            password: Secret::new(it),
            pin: false,
            current: None,
            must_change: false,
            clears_lockout: false,
        };
        let outcome =
            Outcome { password: password.map(new), ..Outcome::reply(Reply::Done("Done.".to_owned())) };
        assert_eq!(rated(outcome).reply, Reply::Done(expected.to_owned()));
    }

    #[test]
    fn setting_a_password_says_how_strong_it_is_and_never_what_it_is() {
        check(Some("ada12345"), "Done. The password's strength is weak.");
        check(Some("Orchid-Signal-915"), "Done. The password's strength is strong.");
    }

    #[test]
    fn without_a_password_there_is_nothing_to_say_about_it() {
        check(None, "Done.");
    }
}
