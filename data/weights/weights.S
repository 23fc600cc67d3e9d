/* The encoder's ImageNet weights, part of the engine's read-only data. */
    .section .rodata
    .balign 64
    .globl ax_weights_begin
    .globl ax_weights_end
    .type ax_weights_begin, %object
    .type ax_weights_end, %object
ax_weights_begin:
    .incbin "data/weights/mobilenet_v2-imagenet.f16.safetensors"
ax_weights_end:
    .byte 0
    .section .note.GNU-stack, "", %progbits
