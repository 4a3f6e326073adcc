//! `--format` and `--output`, paired by where they stand: an output belongs to the format before it.

use std::path::PathBuf;

use clap::error::ErrorKind;
use clap::{Arg, ArgAction, ArgMatches, Args, Command, Error, FromArgMatches, value_parser};

use crate::report::Format;

/// The formats that were asked for, each with its file; without one it goes to standard output.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reports(pub Vec<Report>);

/// A format and a file, as far as they were typed.
pub(super) type Report = (Option<Format>, Option<PathBuf>);

impl Args for Reports {
    fn augment_args(command: Command) -> Command {
        let format = Arg::new("format")
            .long("format")
            .value_name("FORMAT")
            .help("How to print; may be repeated [default: human on a terminal, concise otherwise]")
            .value_parser(value_parser!(Format));
        let output = Arg::new("output")
            .long("output")
            .short('o')
            .value_name("FILE")
            .help("Write the format before it to a file, whole or not at all")
            .value_parser(value_parser!(PathBuf));
        let both = [format, output].map(|arg| arg.help_heading("Output").action(ArgAction::Append));
        command.args(both)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for Reports {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, Error> {
        let indices = |id| matches.indices_of(id).into_iter().flatten();
        let formats = matches.get_many("format").into_iter().flatten().copied().map(Typed::Format);
        let outputs = matches.get_many("output").into_iter().flatten().cloned().map(Typed::Output);
        let mut typed: Vec<_> = indices("format").zip(formats).chain(indices("output").zip(outputs)).collect();
        typed.sort_by_key(|(index, _)| *index);
        let typed = typed.into_iter().map(|(_, typed)| typed).collect();
        pair(typed).map(Self).map_err(|message| Error::raw(ErrorKind::ArgumentConflict, message))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

enum Typed {
    Format(Format),
    Output(PathBuf),
}

fn pair(typed: Vec<Typed>) -> Result<Vec<Report>, String> {
    let formats = typed.iter().filter(|t| matches!(t, Typed::Format(_))).count();
    let mut reports: Vec<Report> = Vec::new();
    let mut early = None;
    for typed in typed {
        match (typed, reports.last_mut()) {
            (Typed::Format(format), _) => reports.push((Some(format), early.take())),
            // One format and one output belong together in either order.
            (Typed::Output(file), None) if formats <= 1 && early.is_none() => early = Some(file),
            (Typed::Output(file), Some((_, output @ None))) => *output = Some(file),
            (Typed::Output(file), _) => {
                let file = file.display();
                return Err(format!(
                    "no `--format` stands before `--output {file}`: write `--format FORMAT --output {file}`"
                ));
            }
        }
    }
    if let Some(file) = early {
        reports.push((None, Some(file)));
    }
    clash(&reports)?;
    Ok(reports)
}

/// Two formats in one place would overwrite or interleave each other.
fn clash(reports: &[Report]) -> Result<(), String> {
    for (i, (_, output)) in reports.iter().enumerate() {
        if reports[..i].iter().any(|(_, other)| other == output) {
            return Err(match output {
                Some(file) => format!("two formats would be written to `{}`", file.display()),
                None => "two formats would be written to standard output: give one an `--output FILE`".to_owned(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Format, Typed, pair};

    fn typed(words: &str) -> Result<String, String> {
        let word = |w: &str| match w {
            "json" => Typed::Format(Format::Json),
            "human" => Typed::Format(Format::Human),
            file => Typed::Output(file.into()),
        };
        let reports = pair(words.split_whitespace().map(word).collect())?;
        let show = |(format, file): (Option<Format>, Option<std::path::PathBuf>)| {
            format!(
                "{}>{}",
                format.map_or("?".into(), |f| format!("{f:?}")),
                file.map_or("-".into(), |f| f.display().to_string())
            )
        };
        Ok(reports.into_iter().map(show).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn an_output_belongs_to_the_format_before_it() {
        assert_eq!(typed(""), Ok(String::new()));
        assert_eq!(typed("json a"), Ok("Json>a".into()));
        assert_eq!(typed("a json"), Ok("Json>a".into()));
        assert_eq!(typed("a"), Ok("?>a".into()));
        assert_eq!(typed("json a human"), Ok("Json>a Human>-".into()));
        assert_eq!(typed("human json a"), Ok("Human>- Json>a".into()));
        assert_eq!(typed("human b json a"), Ok("Human>b Json>a".into()));
    }

    #[test]
    fn what_cannot_be_paired_is_told() {
        for words in ["json human", "json a human a", "a json human", "json a b", "a b", "a json b human"] {
            assert!(typed(words).is_err(), "{words}");
        }
    }
}
