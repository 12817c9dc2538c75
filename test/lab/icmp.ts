/**
 * A command that sends one ICMP or ICMPv6 echo request and waits for nothing. Node has no raw sockets and Debian's base no
 * ping; perl-base is essential there. The IPv4 checksum is that of these eight bytes; for IPv6 the kernel fills it in.
 */
export function echoRequest(address: string): readonly string[] {
  const [family, protocol, packet, to] = address.includes(':')
    ? ['AF_INET6', 58, '"\\x80\\0\\0\\0\\0\\0\\0\\0"', 'pack_sockaddr_in6(0, inet_pton(AF_INET6, $ARGV[0]))']
    : ['AF_INET', 1, '"\\x08\\0\\xf7\\xff\\0\\0\\0\\0"', 'pack_sockaddr_in(0, inet_pton(AF_INET, $ARGV[0]))']
  return ['perl', '-MSocket=:all', '-e', `socket(S, ${family}, SOCK_RAW, ${protocol}) or die $!; send(S, ${packet}, 0, ${to}) or die $!`, address]
}
