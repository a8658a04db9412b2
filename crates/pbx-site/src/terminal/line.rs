use pbx_auth::Principal;
use pbx_cmdline::{Given, Numbers, ValueKind, words};
use pbx_estate::Args;
use pbx_product::{Command, Run};

use crate::Site;

/// What a line at the prompt is.
pub(super) enum Parsed {
    /// A row with its arguments.
    Command(&'static Command, Args),
    /// No row: what to say about it, and whether that is a refusal.
    Text(String, bool),
}

/// Finds the row that `line` means.
pub(super) fn parse(site: &Site, principal: &Principal, line: &str) -> Parsed {
    let screen = site.product.screen;
    let Ok(words) = words(line) else { return Parsed::Text((screen.unknown)(line), true) };
    let named: Vec<&'static Command> =
        site.product.commands(&site.policy).filter(|it| begins(it.words, &words)).collect();
    let Some(first) = named.first() else { return Parsed::Text((screen.unknown)(line), true) };
    let rest = &words[first.words.split(' ').count()..];
    if matches!(rest, [only] if matches!(only.as_str(), "-?" | "--help")) {
        return Parsed::Text(help(site, principal, Some(first.words)), false);
    }
    if let Run::Help = first.run {
        let asked = rest.join(" ");
        return Parsed::Command(first, Args::of([("command", asked.as_str())]));
    }
    let acts = |it: &&&'static Command| match it.action {
        Some((short, long)) => rest.iter().any(|word| word == short || word == long),
        None => true,
    };
    let Some(command) = named.iter().find(acts) else {
        return Parsed::Text((screen.usage)(&named), true);
    };
    let is_action =
        |word: &&String| command.action.is_some_and(|(short, long)| *word == short || *word == long);
    let switches: Vec<&String> = rest.iter().filter(|it| !is_action(it)).collect();
    match pbx_cmdline::parse(command.switches, &switches) {
        Ok(given) => Parsed::Command(command, args(command, &given)),
        Err(error) => Parsed::Text((screen.grammar)(&command.name(), &error), true),
    }
}

/// The help of `command`, or the list of all that the principal may use.
pub(super) fn help(site: &Site, principal: &Principal, command: Option<&str>) -> String {
    let screen = site.product.screen;
    let rows: Vec<&Command> =
        site.product.commands(&site.policy).filter(|it| principal.role.includes(it.needs)).collect();
    match command {
        None | Some("") => (screen.help)(&rows),
        Some(asked) => {
            let of_it: Vec<&Command> = rows.into_iter().filter(|it| it.words == asked).collect();
            if of_it.is_empty() { (screen.unknown)(asked) } else { (screen.usage)(&of_it) }
        }
    }
}

/// What the last word of `line` may become.
pub(super) fn candidates(site: &Site, principal: &Principal, line: &str) -> Vec<String> {
    let before: Vec<&str> = line.split(' ').collect();
    let (last, given) = before.split_last().map_or(("", &[][..]), |(last, given)| (*last, given));
    let mut found: Vec<String> = Vec::new();
    for command in site.product.commands(&site.policy).filter(|it| principal.role.includes(it.needs)) {
        let own: Vec<&str> = command.words.split(' ').collect();
        match own.get(given.len()) {
            Some(word) if own.starts_with(given) => found.push((*word).to_owned()),
            None if given.starts_with(&own) => {
                found.extend(command.action.map(|(_, long)| long.to_owned()));
                found.extend(command.switches.iter().map(|it| format!("--{}", it.long)));
            }
            Some(_) | None => {}
        }
    }
    found.retain(|it| it.starts_with(last));
    found.sort();
    found.dedup();
    found
}

fn begins(own: &str, words: &[String]) -> bool {
    let mut words = words.iter();
    own.split(' ').all(|it| words.next().is_some_and(|word| word == it))
}

fn args(command: &Command, given: &Given) -> Args {
    let mut args = Args::default();
    for switch in command.switches {
        match switch.value {
            ValueKind::None if given.has(switch.long) => args.add(switch.long, ""),
            ValueKind::None => {}
            ValueKind::Number => {
                if let Some(number) = given.number(switch.long) {
                    args.add(switch.long, &number.to_string());
                }
            }
            ValueKind::Numbers => match given.numbers(switch.long) {
                Some(Numbers::All) => args.add(switch.long, "all"),
                Some(Numbers::These(numbers)) => numbers.iter().for_each(|it| args.add(switch.long, it)),
                None => {}
            },
            ValueKind::Text => {
                if let Some(text) = given.text(switch.long) {
                    args.add(switch.long, text);
                }
            }
        }
    }
    args
}
