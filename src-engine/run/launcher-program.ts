import { AREA_DATASETS } from '../system/area-datasets';
import { COMMAND_PROGRAM } from './command-program';

/**
 * The program that starts steps on Linux, in Perl, because Node can neither make namespaces nor adopt orphans, and a small process
 * forks in a fifth of the time. It runs for as long as a build. For each step it makes a holder in advance, which waits for the
 * step, so that a step costs one fork and one exec.
 *
 * Arguments: the engine's process number, the containment, then the numbers of the system calls clone, mount, prctl, setsid, getpid,
 * unshare, exit_group and umount2, then 1 or 0: whether descriptor 4 is a folder to lock, and whether descriptor 5 is a socket for
 * commands (`command-program.ts`). Descriptor 3 is a socket to the engine. A request is a length
 * (32 bits, network order) and that many bytes: fields that each end in NUL, namely the number of arguments, the arguments, and the
 * environment as NAME=VALUE. Answers are lines:
 *
 * - `lock RESULT`: whether descriptor 4 is `locked`, `denied` by another lock, or `unsupported`
 * - `started LAUNCHER HOLDER SCRIPT OUT ERR`: the script runs. HOLDER is the process that holds the step together. Process numbers
 *   are those of /proc. OUT and ERR are the launcher's descriptors of the pipes' reading ends, which the engine opens through /proc.
 * - `holder PID`: the holder of the next step, as the engine can signal it. It precedes the step, because the step may stop its
 *   holder before the holder can answer.
 * - `failed ERRNO`: the script could not be started
 * - `denied ERRNO`: namespaces are not possible here. The launcher continues as a reaper. The step has not started.
 * - `ended STATUS`: the script has ended, with its wait status. It comes together with `gone` when the script has left nothing.
 * - `gone`: all processes of the step have ended, or it has not started; always the last
 *
 * The launcher dies with the engine (PDEATHSIG), and each step with the launcher. Process 1 of a step's PID namespace never runs the
 * script itself, because the kernel drops signals to process 1.
 */
export const LAUNCHER_PROGRAM = `${String.raw`
use strict;
$0 = 'slipway-steps';
my ($engine, $contained, $clone, $mount, $prctl, $setsid, $getpid, $unshare, $exit, $umount, $locks, $commands) = @ARGV;
my ($DEATHSIG, $SUBREAPER, $NEWNS, $NEWPID) = (1, 36, 0x20000, 0x20000000);
my ($SLAVE, $NOEXTRAS, $BIND, $DETACH) = (0x4000 | 0x80000, 2 | 4 | 8, 0x1000, 2);
my ($SOCKET_CLOSED, $DENIED) = (80, 81);

exit 70 if syscall($getpid + 0) != $$;
syscall($prctl + 0, $DEATHSIG, 9, 0, 0, 0);
exit 71 if getppid() != $engine;

# The lock belongs to the open file description, which the engine keeps.
my $lock = 'unsupported';
if ($locks && open my $folder, '<&=', 4) {
  $lock = flock($folder, 2 | 4) ? 'locked' : $! + 0 == 11 ? 'denied' : 'unsupported';
  close $folder;
}

# A step gets only descriptors 0 to 2; those that the engine's caller left open are closed.
if (opendir my $fds, '/proc/self/fd') {
  for my $n (grep { /^\d+$/ && $_ > 3 && !($commands && $_ == 5) } readdir $fds) { if (open my $fd, '<&=', $n) { close $fd } }
}
open my $socket, '+<&=', 3 or exit 72;
fcntl $socket, 2, 1;
syswrite $socket, "lock $lock\n" if $locks;
# The reader of the engine's console must not wait for a step's leftovers.
open STDERR, '>', '/dev/null';
if ($commands && open my $requests, '+<&=', 5) {
  my $parent = $$;
  my $server = fork;
  if (defined $server && $server == 0) { close $socket; serve_commands($requests, $parent) }
  close $requests;
}
my $launcher = readlink '/proc/self';
my $binfmt = 0;
if (open my $mounts, '<', '/proc/self/mounts') { $binfmt = grep { / binfmt_misc / } <$mounts> }

# Perl's own exit takes longer than a fork.
sub leave {
  my ($code) = @_;
  syscall($exit + 0, $code + 0);
}

sub receive {
  my ($length) = @_;
  my $text = '';
  while (length $text < $length) {
    sysread($socket, $text, $length - length $text, length $text) or leave($SOCKET_CLOSED);
  }
  return $text;
}

sub mount_at {
  my ($source, $target, $type, $flags) = @_;
  return syscall($mount + 0, $source, $target, $type, $flags, 0);
}

# Where mounts are private (in containers, and on hosts without systemd), the step would keep the datasets of other build
# areas busy: neither a rollback nor the end of a view would reach its copy of their mounts. A mount that an argument of
# the step lies in stays.
sub detach_other_areas {
  my @arguments = @_;
  open my $mounts, '<', '/proc/self/mounts' or return;
  for (<$mounts>) {
    my ($source, $at) = split / /;
    next if $source !~ m{${AREA_DATASETS}};
    $at =~ s/\\(\d{3})/chr oct $1/ge;
    syscall($umount + 0, $at, $DETACH) if !grep { index("$_/", "$at/") == 0 } @arguments;
  }
}

# Signal numbers and $! are plain numbers here: POSIX.pm takes longer to load than a step to run.
sub script {
  my ($report, $out, $err, $argv, $env) = @_;
  my $self = readlink '/proc/self';
  if ($contained eq 'namespaces') {
    # Mounts of the host still arrive; mounts of the step stay inside.
    if (syscall($unshare + 0, $NEWNS) != 0 || mount_at('none', '/', 'none', $SLAVE) != 0) {
      syswrite $report, 'denied ' . ($! + 0);
      leave(126);
    }
    detach_other_areas(@$argv);
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
  leave(127);
}

my ($script, $status, $isStarted, $isReported);

sub report_end {
  my ($to) = @_;
  return if !defined $status || $isReported || !$isStarted;
  $isReported = 1;
  syswrite $to, "ended $status\n";
}

# Ends all descendants of this process, which adopts orphans. New ones may appear meanwhile.
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
  leave(0);
}

# Holds one step together: process 1 of its namespace, or the process that adopts its orphans.
sub hold {
  my ($read, $out, $err, $verdict) = @_;
  if ($contained eq 'namespaces') {
    syscall($prctl + 0, $DEATHSIG, 9, 0, 0, 0);
  } else {
    $SIG{TERM} = \&end_all;
    syscall($prctl + 0, $SUBREAPER, 1, 0, 0, 0);
    syscall($prctl + 0, $DEATHSIG, 15, 0, 0, 0);
  }
  my $self = readlink '/proc/self';
  pipe my $answer, my $report;
  my ($count, @fields) = split /\0/, receive(unpack 'N', receive(4)), -1;
  pop @fields;
  my @argv = splice @fields, 0, $count;
  $script = fork;
  if (!defined $script) { syswrite $socket, 'failed ' . ($! + 0) . "\n"; leave(0) }
  if ($script == 0) { $SIG{TERM} = 'DEFAULT'; script($report, $out, $err, \@argv, \@fields) }
  close $_ for $report, $out, $err;
  my $text = '';
  1 while sysread $answer, $text, 64, length $text;
  if ($text =~ /^denied/) { syswrite $socket, "$text\n"; leave($DENIED) }
  if ($text =~ / (\d+)/) { syswrite $socket, "failed $1\n" }
  else { $isStarted = 1; syswrite $socket, "started $launcher $self $text " . join(' ', map { fileno $_ } @$read) . "\n" }
  # Once the script has ended, the first wait only finds out whether processes of it still run.
  for (;;) {
    my $pid = waitpid -1, defined $status && !$isReported ? 1 : 0;
    if ($pid == $script) { $status = $? }
    elsif ($pid == 0) { report_end($socket) }
    elsif ($pid < 0) { last }
  }
  report_end($verdict);
  leave(0);
}

# The engine may open the pipes of a short step only when the next holder waits.
my (@read, @previous);
for (;;) {
  pipe my $outRead, my $out or exit 73;
  pipe my $errRead, my $err or exit 73;
  pipe my $verdictRead, my $verdict or exit 73;
  @previous = @read;
  @read = ($outRead, $errRead);
  my @flags = $contained eq 'namespaces' ? ($NEWPID | 17, 0) : (17, 0);
  my $holder = syscall($clone + 0, @flags, 0, 0, 0);
  if ($holder == 0) { hold(\@read, $out, $err, $verdict) }
  close $_ for $out, $err, $verdict;
  if ($holder > 0) {
    syswrite $socket, "holder $holder\n";
    waitpid $holder, 0;
    my $code = $? >> 8;
    exit 0 if $code == $SOCKET_CLOSED;
    $contained = 'reaper' if $code == $DENIED;
    my $end = '';
    sysread $verdictRead, $end, 64;
    syswrite $socket, $end . "gone\n";
  } elsif ($contained eq 'namespaces') {
    $contained = 'reaper';
    syswrite $socket, 'denied ' . ($! + 0) . "\n";
  } else {
    exit 74;
  }
}
`}${COMMAND_PROGRAM}`;
