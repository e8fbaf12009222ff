//! The programs in a terminal, for what only a terminal is shown: the progress bars.

use std::io::Read as _;
use std::num::NonZero;

use connect_stand_in::Farm;
use pty_process::Size;
use pty_process::blocking::{Command, open};

use super::{HOUR, MINUTE, example, first, start};

const ROWS: NonZero<u16> = NonZero::new(12).unwrap();
const COLUMNS: NonZero<u16> = NonZero::new(40).unwrap();

/// What a program shows in a small terminal, at each moment and when it has ended well.
struct Shown {
    moments: Vec<String>,
    end: String,
}

/// Runs a program to its end in a terminal.
fn shown(command: Command) -> Shown {
    let (mut terminal, program_side) = open().expect("a terminal");
    terminal.resize(Size::new(ROWS.get(), COLUMNS.get())).expect("a size");
    let mut child = command.spawn(program_side).expect("it starts");
    let mut screen = vt100::Parser::new(ROWS, COLUMNS, 0);
    let (mut moments, mut bytes) = (Vec::new(), [0; 256]);

    // When the program has ended nothing can be read, which some systems call an error.
    while let Ok(read @ 1..) = terminal.read(&mut bytes) {
        screen.process(&bytes[..read]);
        moments.push(screen.screen().contents());
    }

    assert!(child.wait().expect("an end").success(), "{}", screen.screen().contents());
    Shown { moments, end: screen.screen().contents() }
}

impl Shown {
    /// Holds that at most one line was a bar at any moment, and gives all that it said.
    fn bars(&self) -> Vec<String> {
        let is_bar = |line: &&str| line.contains(['\u{2588}', '\u{2591}']);
        let bars = self.moments.iter().map(|moment| {
            let bars: Vec<_> = moment.lines().filter(is_bar).collect();
            assert!(bars.len() < 2, "the bar takes more than a line: {moment}");
            bars.concat()
        });

        bars.filter(|bar| !bar.is_empty()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bar_of_a_print_shows_how_far_it_is() {
    let farm = start(Farm::with_size(1, 1).tick(5 * MINUTE)).await;
    let (cluster, _) = first(&farm).await;
    let file = farm.add_file("gear.ufp", HOUR);
    let command = Command::new(example("print_and_wait")).args([&cluster, &file]);
    let command = command.env("CONNECT_API_URL", farm.base_url());
    let command = command.env("CONNECT_API_TOKEN", farm.token());
    let shown = tokio::task::spawn_blocking(|| shown(command)).await.expect("an end");
    let bars = shown.bars();

    assert!(bars[0].ends_with("0 % queued"), "{bars:?}");
    let percents: Vec<u32> = bars
        .iter()
        .filter_map(|bar| bar.split(" %").next()?.rsplit(' ').next()?.parse().ok())
        .collect();

    assert!(percents.is_sorted() && percents.len() > 5, "{bars:?}");
    assert!(percents.iter().any(|percent| (20..80).contains(percent)), "{bars:?}");
    assert!(shown.end.ends_with("gear.ufp has finished after 3600s"), "{}", shown.end);
    assert!(!shown.end.contains('%'), "the bar has gone: {}", shown.end);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_bar_of_an_upload_counts_its_bytes() {
    let command = Command::new(example("upload_material"));
    let command = command.env_remove("CONNECT_API_URL").env_remove("CONNECT_API_TOKEN");
    let shown = tokio::task::spawn_blocking(|| shown(command)).await.expect("an end");
    let bars = shown.bars();

    assert!(bars.iter().any(|bar| bar.ends_with(" of 7.63 MiB")), "{bars:?}");
    assert!(shown.end.contains("nothing.umm is uploaded as "), "{}", shown.end);
}
