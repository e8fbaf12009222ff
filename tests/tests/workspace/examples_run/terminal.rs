//! Progress bars of the example programs, which only a terminal shows.

use std::io::Read as _;
use std::num::NonZero;

use connect_stand_in::Farm;
use pty_process::Size;
use pty_process::blocking::{Command, open};

use super::{HOUR, MINUTE, example, first_cluster_and_printer, start_farm};

const ROWS: NonZero<u16> = NonZero::new(12).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(40).unwrap();

/// The contents of a small terminal: before each line is overwritten, and at the end of the program.
struct Screens {
    screens: Vec<String>,
    last: String,
}

/// Runs a program to its end in a terminal.
fn run_in_terminal(command: Command) -> Screens {
    let (mut terminal, program_side) = open().expect("a terminal");
    terminal.resize(Size::new(ROWS.get(), COLUMNS.get())).expect("a size");
    let mut child = command.spawn(program_side).expect("start the program");
    let mut screen = vt100::Parser::new(ROWS, COLUMNS, 0);
    let (mut screens, mut bytes) = (Vec::new(), [0; 256]);

    // On some systems, reading after the end of the program is an error.
    while let Ok(read @ 1..) = terminal.read(&mut bytes) {
        // One read can contain several states of a bar, each of which begins with a carriage return.
        for part in bytes[..read].split_inclusive(|byte| *byte == b'\r') {
            screen.process(part);
            screens.push(screen.screen().contents());
        }
    }

    assert!(child.wait().expect("an exit status").success(), "{}", screen.screen().contents());
    Screens { screens, last: screen.screen().contents() }
}

impl Screens {
    /// Asserts that a progress bar never takes more than one line, and returns all its texts.
    fn bars(&self) -> Vec<String> {
        let is_bar = |line: &&str| line.contains(['\u{2588}', '\u{2591}']);
        let bars = self.screens.iter().map(|screen| {
            let bars: Vec<_> = screen.lines().filter(is_bar).collect();
            assert!(bars.len() < 2, "the bar takes more than one line: {screen}");
            bars.concat()
        });

        bars.filter(|bar| !bar.is_empty()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_bar_of_a_print_shows_the_percentage() {
    let farm = start_farm(Farm::with_size(1, 1).tick(5 * MINUTE)).await;
    let (cluster, _) = first_cluster_and_printer(&farm).await;
    let file = farm.add_file("gear.ufp", HOUR);
    let command = Command::new(example("print_and_wait")).args([&cluster, &file]);
    let command = command.env("CONNECT_API_URL", farm.base_url());
    let command = command.env("CONNECT_API_TOKEN", farm.token());
    let screens = tokio::task::spawn_blocking(|| run_in_terminal(command)).await.expect("no panic");
    let bars = screens.bars();

    assert!(bars[0].ends_with("0 % queued"), "{bars:?}");
    let percents: Vec<u32> = bars
        .iter()
        .filter_map(|bar| bar.split(" %").next()?.rsplit(' ').next()?.parse().ok())
        .collect();

    assert!(percents.is_sorted() && percents.len() > 5, "{bars:?}");
    assert!(percents.iter().any(|percent| (20..80).contains(percent)), "{bars:?}");
    assert!(screens.last.ends_with("gear.ufp has finished after 3600s"), "{}", screens.last);
    assert!(!screens.last.contains('%'), "the bar is removed at the end: {}", screens.last);
}

#[tokio::test(flavor = "multi_thread")]
async fn progress_bar_of_an_upload_shows_the_bytes() {
    let command = Command::new(example("upload_material"));
    let command = command.env_remove("CONNECT_API_URL").env_remove("CONNECT_API_TOKEN");
    let screens = tokio::task::spawn_blocking(|| run_in_terminal(command)).await.expect("no panic");
    let bars = screens.bars();

    assert!(bars.iter().any(|bar| bar.ends_with(" of 7.63 MiB")), "{bars:?}");
    assert!(screens.last.contains("nothing.umm is uploaded as "), "{}", screens.last);
}
