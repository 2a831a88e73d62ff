/**
 * The program that starts steps on Linux, in Perl, because Node can neither make namespaces nor adopt orphans, and a small process
 * forks in a fifth of the time. It runs for as long as a build, and each step costs two forks and one exec.
 *
 * Arguments: the engine's process number, then the numbers of the system calls clone, mount, prctl, setsid and getpid. Descriptor 3
 * is a socket to the engine. A request is a length (32 bits, network order) and that many bytes: fields that each end in NUL, namely the
 * containment, the number of arguments, the arguments, and the environment as NAME=VALUE. Answers are lines:
 *
 * - `started LAUNCHER HOLDER SCRIPT OUT ERR`: the script runs. HOLDER is the process that holds the step together. Process numbers
 *   are those of /proc. OUT and ERR are the launcher's descriptors of the pipes' reading ends, which the engine opens through /proc.
 * - `holder PID`: the holder as the engine can signal it, where /proc shows the numbers of another PID namespace
 * - `failed ERRNO`: the script could not be started
 * - `denied ERRNO`: the containment is not possible here
 * - `ended STATUS`: the script has ended, with its wait status. It comes together with `gone` when the script has left nothing.
 * - `gone`: nothing of the step runs any more; always the last
 *
 * The launcher dies with the engine (PDEATHSIG), and each step with the launcher. Process 1 of a step's PID namespace never runs the
 * script itself, because the kernel drops signals to process 1.
 */
export const LAUNCHER_PROGRAM = String.raw`
use strict;
$0 = 'slipway-steps';
my ($engine, $clone, $mount, $prctl, $setsid, $getpid) = @ARGV;
my ($DEATHSIG, $SUBREAPER, $NEWNS, $NEWPID) = (1, 36, 0x20000, 0x20000000);
my ($SLAVE, $NOEXTRAS) = (0x4000 | 0x80000, 2 | 4 | 8);

exit 70 if syscall($getpid + 0) != $$;
syscall($prctl + 0, $DEATHSIG, 9, 0, 0, 0);
exit 71 if getppid() != $engine;

# A step gets descriptors 0 to 2 only, whatever the engine's caller left open.
if (opendir my $fds, '/proc/self/fd') {
  for my $n (grep { /^\d+$/ && $_ > 3 } readdir $fds) { if (open my $fd, '<&=', $n) { close $fd } }
}
open my $socket, '+<&=', 3 or exit 72;
fcntl $socket, 2, 1;
# The reader of the engine's console must not wait for what a step has left.
open STDERR, '>', '/dev/null';
my $launcher = readlink '/proc/self';
my $isProcOurs = $launcher eq $$;
my $binfmt = 0;
if (open my $mounts, '<', '/proc/self/mounts') { $binfmt = grep { / binfmt_misc / } <$mounts> }

sub receive {
  my ($length) = @_;
  my $text = '';
  while (length $text < $length) { sysread($socket, $text, $length - length $text, length $text) or exit 0 }
  return $text;
}

sub mount_at {
  my ($source, $target, $type, $flags) = @_;
  return syscall($mount + 0, $source, $target, $type, $flags, 0);
}

# Signal numbers and $! are plain numbers here: POSIX.pm takes longer to load than a step to run.
sub script {
  my ($contained, $report, $out, $err, $argv, $env) = @_;
  my $self = readlink '/proc/self';
  if ($contained eq 'namespaces') {
    # Mounts of the host still arrive; mounts of the step stay inside.
    if (mount_at('none', '/', 'none', $SLAVE) != 0) { syswrite $report, 'denied ' . ($! + 0); exit 126 }
    # Process numbers in /proc are then those that the step's kill and wait use.
    if (mount_at('proc', '/proc', 'proc', $NOEXTRAS) == 0 && $binfmt) {
      mount_at('binfmt_misc', '/proc/sys/fs/binfmt_misc', 'binfmt_misc', $NOEXTRAS);
    }
  }
  syscall($setsid + 0);
  syswrite $report, $self;
  open STDIN, '<', '/dev/null';
  open STDOUT, '>&', $out;
  open STDERR, '>&', $err;
  %ENV = map { split /=/, $_, 2 } @$env;
  { no warnings; exec { $argv->[0] } @$argv }
  syswrite $report, ' ' . ($! + 0);
  exit 127;
}

my ($script, $status, $isStarted, $isReported);

sub report_end {
  my ($to) = @_;
  return if !defined $status || $isReported || !$isStarted;
  $isReported = 1;
  syswrite $to, "ended $status\n";
}

# Ends everything that descends from this process, which adopts orphans. New processes may appear meanwhile.
sub end_all {
  for (1 .. 250) {
    my (%parent, @family);
    opendir my $proc, '/proc' or last;
    for my $pid (grep { /^\d+$/ } readdir $proc) {
      open my $stat, '<', "/proc/$pid/stat" or next;
      $parent{$pid} = $1 if (<$stat> // '') =~ /.*\) [^ZX] (\d+)/s;
    }
    my %in = ($$ => 1);
    for (my $grown = 1; $grown;) {
      $grown = 0;
      for (keys %parent) { $in{$_} = $grown = 1 if !$in{$_} && $in{$parent{$_}} }
    }
    delete $in{$$};
    last unless %in;
    kill 9, keys %in;
    select undef, undef, undef, 0.02;
    while ((my $pid = waitpid -1, 1) > 0) { $status = $? if $pid == $script }
  }
  report_end($socket);
  exit 0;
}

# Holds one step together: process 1 of its namespace, or the process that adopts its orphans.
sub hold {
  my ($contained, $read, $out, $err, $verdict, @rest) = @_;
  my $self = readlink '/proc/self';
  if ($contained eq 'namespaces') {
    syscall($prctl + 0, $DEATHSIG, 9, 0, 0, 0);
  } else {
    $SIG{TERM} = \&end_all;
    syscall($prctl + 0, $SUBREAPER, 1, 0, 0, 0);
    syscall($prctl + 0, $DEATHSIG, 15, 0, 0, 0);
  }
  pipe my $answer, my $report;
  $script = fork;
  if (!defined $script) { syswrite $socket, 'failed ' . ($! + 0) . "\n"; exit 0 }
  if ($script == 0) { $SIG{TERM} = 'DEFAULT'; script($contained, $report, $out, $err, @rest) }
  close $_ for $report, $out, $err;
  my $text = '';
  1 while sysread $answer, $text, 64, length $text;
  if ($text =~ /^denied/) { syswrite $socket, "$text\n" }
  elsif ($text =~ / (\d+)/) { syswrite $socket, "failed $1\n" }
  else { $isStarted = 1; syswrite $socket, "started $launcher $self $text " . join(' ', map { fileno $_ } @$read) . "\n" }
  # Once the script has ended, the first wait only finds out whether it has left anything.
  for (;;) {
    my $pid = waitpid -1, defined $status && !$isReported ? 1 : 0;
    if ($pid == $script) { $status = $? }
    elsif ($pid == 0) { report_end($socket) }
    elsif ($pid < 0) { last }
  }
  report_end($verdict);
  exit 0;
}

my @read;
for (;;) {
  my ($contained, $count, @fields) = split /\0/, receive(unpack 'N', receive(4)), -1;
  pop @fields;
  my @argv = splice @fields, 0, $count;
  pipe my $outRead, my $out or exit 73;
  pipe my $errRead, my $err or exit 73;
  pipe my $verdictRead, my $verdict or exit 73;
  @read = ($outRead, $errRead);
  my @flags = $contained eq 'namespaces' ? ($NEWNS | $NEWPID | 17, 0) : (17, 0);
  my $holder = syscall($clone + 0, @flags, 0, 0, 0);
  if ($holder == 0) { hold($contained, \@read, $out, $err, $verdict, \@argv, \@fields) }
  close $_ for $out, $err, $verdict;
  my $end = '';
  if ($holder > 0) {
    syswrite $socket, "holder $holder\n" if !$isProcOurs;
    waitpid $holder, 0;
    sysread $verdictRead, $end, 64;
  } else {
    $end = 'denied ' . ($! + 0) . "\n";
  }
  syswrite $socket, $end . "gone\n";
}
`;
