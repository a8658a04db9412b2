use pbx_auth::Principal;
use pbx_estate::{Args, Handler, Outcome};
use pbx_kernel::Timestamp;
use pbx_product::{Console, Does, Item};

use super::menu::{Said, Step, Walk};
use super::{Mode, Output, Terminal};
use crate::invoke::Invocation;
use crate::{Error, Site};

impl Terminal {
    /// Shows where the walk stands and asks what it asks; leaves the menu where it is over.
    pub(super) fn walk(&mut self, walk: Walk, out: &mut Vec<Output>) {
        let (text, question, echo) = walk.ask();
        self.write(out, &text);
        self.editor.begin(&question, echo);
        self.write(out, &question);
        self.mode = Mode::Walking(walk);
    }

    /// What was said in a menu.
    pub(super) fn answer(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        said: Said,
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        let Mode::Walking(walk) = std::mem::replace(&mut self.mode, Mode::New) else { return Ok(()) };
        let principal = site.principal(now, &self.session)?;
        match walk.step(said, &principal.role) {
            Step::Ask(walk) => {
                self.walk(walk, out);
                Ok(())
            }
            Step::Run(walk, item, args) => self.item(site, now, walk, item, args, out),
            Step::Left => {
                self.leave_menu(site, now, &principal, out);
                Ok(())
            }
        }
    }

    fn item(
        &mut self,
        site: &mut Site,
        now: Timestamp,
        walk: Walk,
        item: &'static Item,
        args: Args,
        out: &mut Vec<Output>,
    ) -> Result<(), Error> {
        self.mode = Mode::Walking(walk);
        let run: Handler = match item.does {
            Does::Ask { run, .. } => run,
            // Comes here only to be refused, on record, by whoever runs it.
            Does::Open(_) | Does::Leave => |_, _| Ok(Outcome::default()),
        };
        let invocation = Invocation {
            event: "menu.run",
            name: item.label.to_owned(),
            needs: item.needs,
            run,
            args,
            line: None,
        };
        self.invoke(site, now, invocation, out)
    }

    /// A menu that a command opened leads back to the prompt; one that is the console ends the session.
    fn leave_menu(&mut self, site: &Site, now: Timestamp, principal: &Principal, out: &mut Vec<Output>) {
        match (site.product.screen.console)(&principal.role) {
            Console::Prompt => self.prompt(site, now, principal, out),
            Console::Menu(_) => self.exit(0, out),
        }
    }
}
