use pbx_auth::{Permission, Principal, Role};
use pbx_cmdline::{GrammarError, Switch};
use pbx_estate::{Args, Context, Event, Handler, Refusal, Reply, Stop};
use pbx_kernel::Timestamp;
use pbx_page::{Sheet, Theme};
use pbx_policy::Policy;
use serde_json::Value;

/// A product: policy, tables and looks.
pub struct Product {
    /// Its short name; a policy's `looks` refers to it.
    pub id: &'static str,
    /// The text of its `product.toml`.
    pub policy: &'static str,
    /// What can be typed at its prompt.
    pub commands: &'static [Command],
    /// Its programming interface.
    pub routes: &'static [Route],
    /// Its web pages; the first one that a principal may see is where login leads.
    pub pages: &'static [Page],
    /// How its terminals look.
    pub screen: &'static Screen,
    /// How its programming interface answers.
    pub wire: &'static Wire,
    /// How its web looks.
    pub face: &'static Face,
}

/// What can be typed at a prompt.
#[derive(Clone, Copy)]
pub struct Command {
    /// The words it begins with, for example `extension` or `account add`.
    pub words: &'static str,
    /// The switch that chooses this row among those of the same words, short and long: `("-i", "--initiate")`.
    pub action: Option<(&'static str, &'static str)>,
    /// What its caller's role must include.
    pub needs: Permission,
    /// One line on what it does.
    pub summary: &'static str,
    /// Its switches; a switch's long name is the argument's.
    pub switches: &'static [Switch],
    /// What runs.
    pub run: Run,
}

/// What a command or menu item runs.
#[derive(Clone, Copy)]
pub enum Run {
    /// An operation.
    Operation(Handler),
    /// A text menu, until it is left.
    Menu(&'static Menu),
    /// The list of commands, or the help of one.
    Help,
    /// The end of the session.
    Leave,
}

/// A text menu.
pub struct Menu {
    /// Its heading.
    pub title: &'static str,
    /// Its numbered items.
    pub items: &'static [Item],
}

/// An item of a text menu.
pub struct Item {
    /// What it is called.
    pub label: &'static str,
    /// What its caller's role must include; items it does not include are shown and refused.
    pub needs: Permission,
    /// What it does.
    pub does: Does,
}

/// What a menu item does.
#[derive(Clone, Copy)]
pub enum Does {
    /// Asks each question in turn, adds the fixed arguments, and runs the operation.
    Ask {
        /// The questions.
        questions: &'static [Question],
        /// Arguments that are not asked for.
        with: &'static [(&'static str, &'static str)],
        /// The operation.
        run: Handler,
    },
    /// Opens a menu below this one.
    Open(&'static Menu),
    /// Leaves this menu.
    Leave,
}

/// A question of a text menu.
pub struct Question {
    /// The argument it fills; names of [`Args::SECRET_NAMES`] are typed without echo.
    pub name: &'static str,
    /// What is asked.
    pub label: &'static str,
    /// Whether an empty answer will do.
    pub optional: bool,
}

/// An operation of the programming interface.
pub struct Route {
    /// The HTTP method.
    pub method: Method,
    /// The path, with `{name}` where an argument stands.
    pub path: &'static str,
    /// What its caller must hold.
    pub access: Access,
    /// One line on what it does.
    pub summary: &'static str,
}

/// What the caller of a route must hold, and what then runs.
#[derive(Clone, Copy)]
pub enum Access {
    /// Nothing: it takes name and password, and answers with a session's token.
    LogIn,
    /// A session's token: it ends the session.
    LogOut,
    /// A session's token whose role includes the permission: it runs the operation.
    Needs(Permission, Handler),
}

/// The HTTP methods that routes use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "HTTP defines them")]
pub enum Method {
    Delete,
    Get,
    Patch,
    Post,
    Put,
}

/// A web page.
pub struct Page {
    /// Its path.
    pub path: &'static str,
    /// The menu group it stands under.
    pub group: &'static str,
    /// What the menu calls it.
    pub label: &'static str,
    /// The product's short navigation code for it, where it has one.
    pub code: Option<&'static str>,
    /// What its caller's role must include to see it.
    pub needs: Permission,
    /// Arguments that are not in the address.
    pub with: &'static [(&'static str, &'static str)],
    /// What it shows.
    pub show: fn(&Context<'_>, &Args) -> Result<Shown, Stop>,
    /// What its forms do; a form posts to `?do=` and the action's name.
    pub actions: &'static [Action],
}

/// What a page's form does.
pub struct Action {
    /// Its name, and the id of its form.
    pub name: &'static str,
    /// What its caller's role must include.
    pub needs: Permission,
    /// The operation.
    pub run: Handler,
}

/// A page as one caller sees it now.
pub struct Shown {
    /// What it holds.
    pub sheet: Sheet,
    /// What is recorded because it was looked at.
    pub events: Vec<Event>,
}

impl From<Sheet> for Shown {
    fn from(sheet: Sheet) -> Self {
        Self { sheet, events: Vec::new() }
    }
}

/// How terminals look: every sentence and column of a product, in one place.
pub struct Screen {
    /// What a principal gets over SSH.
    pub console: fn(&Role) -> Console,
    /// What is said after login.
    pub greeting: fn(&Signed<'_>) -> String,
    /// The prompt.
    pub prompt: fn(&Signed<'_>) -> String,
    /// An answer; `command` is the words and action of the row that gave it.
    pub reply: fn(command: &str, reply: &Reply) -> String,
    /// A refusal.
    pub refuse: fn(&Refusal) -> String,
    /// A line that no command begins.
    pub unknown: fn(line: &str) -> String,
    /// A line whose switches are wrong.
    pub grammar: fn(command: &str, error: &GrammarError) -> String,
    /// The list of commands.
    pub help: fn(&[&Command]) -> String,
    /// The help of one command: its rows.
    pub usage: fn(&[&Command]) -> String,
    /// What is said when the emulator failed and nothing was changed.
    pub unavailable: &'static str,
    /// The exit status of a refused command.
    pub refused_status: u32,
}

/// What a principal gets over SSH.
#[derive(Clone, Copy)]
pub enum Console {
    /// A prompt.
    Prompt,
    /// A text menu; leaving it ends the session.
    Menu(&'static Menu),
}

/// Who is logged in, for greetings and prompts.
pub struct Signed<'a> {
    /// Who.
    pub principal: &'a Principal,
    /// The rules, for the product's name and release.
    pub policy: &'a Policy,
    /// The site's id.
    pub site: &'a str,
    /// The moment.
    pub now: Timestamp,
    /// The login before this one.
    pub last_login: Option<Timestamp>,
}

/// How the programming interface answers.
pub struct Wire {
    /// The names under which a login carries name and password.
    pub login_fields: (&'static str, &'static str),
    /// The status of a refusal.
    pub status: fn(&Refusal) -> u16,
    /// A login that succeeded, with the session's token.
    pub accepted: fn(token: &str, signed: &Signed<'_>) -> Value,
    /// A login that failed, whatever the reason.
    pub rejected: fn(&Policy) -> (u16, Value),
    /// An answer.
    pub reply: fn(&Reply) -> Value,
    /// A refusal.
    pub refuse: fn(&Refusal) -> Value,
}

/// How the web looks.
pub struct Face {
    /// Colours and layout.
    pub theme: Theme,
    /// The title of the web, for example the product's manager.
    pub heading: &'static str,
    /// The path of the login page.
    pub login_path: &'static str,
    /// The forms of the login page: the first is the usual one.
    pub login_forms: &'static [LoginForm],
    /// The `Server` header, where the product sends one.
    pub server: Option<&'static str>,
}

/// A way to log in on the web.
pub struct LoginForm {
    /// What its tab is called.
    pub label: &'static str,
    /// The field of the name and what it is called.
    pub name: (&'static str, &'static str),
    /// The field of the password and what it is called.
    pub password: (&'static str, &'static str),
    /// Which surface it opens.
    pub surface: pbx_kernel::Surface,
}

impl Command {
    /// Words and action, as the permission matrix and the records name it: `extension -i`.
    pub fn name(&self) -> String {
        match self.action {
            Some((short, _)) => format!("{} {short}", self.words),
            None => self.words.to_owned(),
        }
    }
}

impl Product {
    /// The commands that `policy` knows the permissions of.
    pub fn commands(&self, policy: &Policy) -> impl Iterator<Item = &'static Command> {
        let known = |it: &&Command| policy.permissions.contains_key(it.needs.0);
        self.commands.iter().filter(known).collect::<Vec<_>>().into_iter()
    }

    /// The pages that `policy` knows the permissions of.
    pub fn pages(&self, policy: &Policy) -> impl Iterator<Item = &'static Page> {
        let known = |it: &&Page| policy.permissions.contains_key(it.needs.0);
        self.pages.iter().filter(known).collect::<Vec<_>>().into_iter()
    }
}

impl Method {
    /// The method as it stands in a request line.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Patch => "PATCH",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}
