package dev.platter.vhostuser;

import dev.platter.linux.Descriptors;
import dev.platter.linux.EventFd;
import dev.platter.linux.LinuxException;
import org.jspecify.annotations.Nullable;

/** The requests that concern one queue. */
final class VringRequests {
    private final VringSet vrings;

    VringRequests(VringSet vrings) {
        this.vrings = vrings;
    }

    /** {@code SET_VRING_NUM}. */
    void setSize(VringState state) throws ProtocolViolationException, RequestRefusedException {
        vrings.get(state.index()).setSize(state.number());
    }

    /** {@code SET_VRING_BASE}. */
    void setBase(VringState state) throws RequestRefusedException {
        vrings.get(state.index()).setBase(state.number());
    }

    /** {@code SET_VRING_ADDR}. */
    void setAddresses(VringAddresses addresses) throws RequestRefusedException {
        Vring vring = vrings.get(addresses.index());
        vring.setAddresses(addresses);
        vrings.startIfReady(vring);
    }

    /** {@code SET_VRING_ENABLE}: for any queue of the device, set up or not. */
    void enable(VringState state) throws RequestRefusedException {
        Vring vring = vrings.get(state.index());
        vring.setEnabled(state.number() != 0);
        vrings.startIfReady(vring);
    }

    /** {@code GET_VRING_BASE}: stops the queue; answers where it goes on. */
    VringState stop(VringState state) throws RequestRefusedException {
        return new VringState(state.index(), vrings.get(state.index()).stopAndForgetKick());
    }

    /** {@code SET_VRING_KICK}. */
    void setKick(VhostUserMessage message)
            throws ProtocolViolationException, RequestRefusedException {
        VringDescriptor descriptor = VringDescriptor.of(message.payload());
        Vring vring = vrings.get(descriptor.index());
        EventFd kick = eventFd(message, descriptor);
        if (kick == null) {
            throw new RequestRefusedException(
                    vring + " has no kick descriptor, and rings are not polled here");
        }
        vring.setKick(kick);
        vrings.startIfReady(vring);
    }

    /** {@code SET_VRING_CALL}. */
    void setCall(VhostUserMessage message)
            throws ProtocolViolationException, RequestRefusedException {
        VringDescriptor descriptor = VringDescriptor.of(message.payload());
        Vring vring = vrings.get(descriptor.index());
        vring.setCall(eventFd(message, descriptor));
    }

    /** {@code SET_VRING_ERR}. */
    void setError(VhostUserMessage message)
            throws ProtocolViolationException, RequestRefusedException {
        VringDescriptor descriptor = VringDescriptor.of(message.payload());
        Vring vring = vrings.get(descriptor.index());
        vring.setError(eventFd(message, descriptor));
    }

    private static @Nullable EventFd eventFd(VhostUserMessage message, VringDescriptor descriptor)
            throws ProtocolViolationException, RequestRefusedException {
        message.expectDescriptors(descriptor.present() ? 1 : 0);
        if (!descriptor.present()) {
            return null;
        }
        int fd = message.descriptors().take(0);
        try {
            return EventFd.adopt(fd);
        } catch (LinuxException e) {
            Descriptors.close(fd);
            throw new RequestRefusedException("its descriptor is unusable: " + e.getMessage(), e);
        }
    }
}
