package dev.platter.linux;

/**
 * Who was at the other end of a Unix socket when it was connected ({@code SO_PEERCRED}).
 *
 * @param processId the process
 * @param userId its effective user
 * @param groupId its effective group
 */
public record PeerCredentials(int processId, int userId, int groupId) {}
