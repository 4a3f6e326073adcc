//! The manual: one page, from the same types as the command line.

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use crate::cli::Cli;

/// `plimsoll(1)`, with every command and option.
pub(super) fn page() -> Vec<u8> {
    let mut command = Cli::command();
    command.build();
    let mut page = Vec::new();
    // Writing to memory does not fail.
    let _ = write(&command, &mut page);
    page
}

fn write(command: &Command, page: &mut Vec<u8>) -> std::io::Result<()> {
    let man = Man::new(command.clone()).manual("plimsoll");
    man.render_title(page)?;
    man.render_name_section(page)?;
    man.render_synopsis_section(page)?;
    page.extend(b".SH DESCRIPTION\n");
    page.extend(DESCRIPTION.as_bytes());
    for sub in command.get_subcommands().filter(|c| c.get_name() != "help") {
        part(sub, sub.get_name(), page)?;
        for below in sub.get_subcommands().filter(|c| c.get_name() != "help") {
            part(below, &format!("{} {}", sub.get_name(), below.get_name()), page)?;
        }
    }
    page.extend(REST.as_bytes());
    Ok(())
}

/// What heads a page of its own heads a part of this one.
fn part(command: &Command, name: &str, page: &mut Vec<u8>) -> std::io::Result<()> {
    let mut section = Vec::new();
    let man = Man::new(command.clone());
    man.render_synopsis_section(&mut section)?;
    man.render_options_section(&mut section)?;
    if command.get_after_help().is_some() {
        man.render_extra_section(&mut section)?;
    }
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    page.extend(format!(".SH \"{}\"\n{about}.\n", name.to_uppercase()).as_bytes());
    let section = String::from_utf8_lossy(&section);
    page.extend(section.replace(".SH SYNOPSIS\n", ".PP\n").replace(".SH ", ".SS ").as_bytes());
    Ok(())
}

const DESCRIPTION: &str = "\
Reads every Kubernetes manifest that it is given and says of every pod in it whether it is loaded safely: at its line
and column, for the version of Kubernetes that is asked for, and without leaving anything unread. It opens no network
connection, and changes no file unless it is asked to; plimsoll serve alone takes connections.
";

const REST: &str = "\
.SH FILES
.TP
plimsoll.toml
Configuration, from the current directory or the nearest one above it. `plimsoll schema config` describes it.
.TP
\\&.plimsollignore
What to leave out of a walk, as in .gitignore, which counts too.
.SH ENVIRONMENT
.TP
NO_COLOR
Set to anything: no colour, unless it is asked for.
.TP
CLICOLOR_FORCE
Set to anything but 0: colour, even where there is no terminal.
";
