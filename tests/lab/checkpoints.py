"""Checkpoints as the projects that people use write them, each of a tiny network, with what that network answers.

Where a project's classes are installed (timm, torchvision, lightly, Lightning, transformers, open_clip) they make the file; where
they are not, the names that they give their parts are made here.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from timm.models.beit import Beit
from timm.models.vision_transformer import VisionTransformer
from torch import Tensor, nn

SIZES = {"img_size": 32, "patch_size": 8, "embed_dim": 24, "depth": 3, "num_heads": 2}
IMAGES = torch.rand(2, 3, 32, 32, generator=torch.Generator().manual_seed(7))
State = dict[str, Tensor]


@dataclass
class Made:
    """A checkpoint: the entry that loads it, without its seeds, and the tokens that its network gives for IMAGES."""

    answer: Tensor | None
    entry: dict[str, Any] = field(default_factory=lambda: {"arguments": dict(SIZES)})
    file: str = "w.pth"


Maker = Callable[[Path], Made]
LAYOUTS: dict[str, Maker] = {}


def layout(name: str) -> Callable[[Maker], Maker]:
    def add(maker: Maker) -> Maker:
        assert name not in LAYOUTS
        LAYOUTS[name] = maker
        return maker

    return add


def noisy(module: nn.Module, seed: int = 0) -> nn.Module:
    """Every weight off its initialisation, so that none can be left out or exchanged unseen."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for tensor in (*module.parameters(), *(each for each in module.buffers() if each.is_floating_point())):
            if tensor.numel() < 100_000:  # the larger ones of a residual network are random enough
                tensor.add_(torch.randn(tensor.shape, generator=generator).abs() * 0.1)
    return module.eval()


def vit(seed: int = 0, **arguments: Any) -> Any:
    return noisy(VisionTransformer(num_classes=0, **{**SIZES, **arguments}), seed)


def answer(module: Any) -> Tensor:
    with torch.no_grad():
        return module.forward_features(IMAGES)


def under(prefix: str, state: State) -> State:
    return {prefix + name: tensor for name, tensor in state.items()}


def renamed(state: State, *rules: tuple[str, str]) -> State:
    for pattern, replacement in rules:
        state = {re.sub(pattern, replacement, name): tensor for name, tensor in state.items()}
    return state


def head(prefix: str = "head.", width: int = 24) -> State:
    return {
        f"{prefix}mlp.0.weight": torch.randn(8, width),
        f"{prefix}mlp.0.bias": torch.randn(8),
        f"{prefix}last_layer.weight_g": torch.ones(5, 1),
    }


def saved(path: Path, tree: Any) -> None:
    torch.save(tree, path / "w.pth")


@layout("plain state dict")
def _(path: Path) -> Made:
    module = vit()
    saved(path, module.state_dict())
    return Made(answer(module))


@layout("plain safetensors")
def _(path: Path) -> Made:
    from safetensors.torch import save_file

    module = vit()
    save_file(module.state_dict(), path / "w.safetensors")
    return Made(answer(module), file="w.safetensors")


@layout("old torch.save")
def _(path: Path) -> Made:
    module = vit()
    torch.save(module.state_dict(), path / "w.pt", _use_new_zipfile_serialization=False)
    return Made(answer(module), file="w.pt")


for _key in ("model", "state_dict", "teacher", "student", "model_ema", "ema", "module", "net", "encoder"):

    @layout(f"under {_key}")
    def _(path: Path, key: str = _key) -> Made:
        module = vit()
        saved(path, {key: module.state_dict(), "epoch": 3, "args": argparse.Namespace(lr=0.1)})
        return Made(answer(module))


@layout("DataParallel")
def _(path: Path) -> Made:
    module = vit()
    saved(path, {"state_dict": nn.DataParallel(module).state_dict()})
    return Made(answer(module))


@layout("torch.compile")
def _(path: Path) -> Made:
    module = vit()
    saved(path, torch.compile(module).state_dict())
    return Made(answer(module))


@layout("DDP and torch.compile, with wrapped blocks")
def _(path: Path) -> Made:
    module = vit()
    state = renamed(module.state_dict(), (r"blocks\.(\d+)\.", r"blocks.\1._checkpoint_wrapped_module."))
    saved(path, {"model": under("module._orig_mod.", state)})
    return Made(answer(module))


@layout("FSDP")
def _(path: Path) -> Made:
    module = vit()
    state = renamed(module.state_dict(), (r"blocks\.(\d+)\.", r"blocks.\1._fsdp_wrapped_module."))
    saved(path, under("_fsdp_wrapped_module.", state))
    return Made(answer(module))


@layout("torch's AveragedModel")
def _(path: Path) -> Made:
    module = vit()
    saved(path, torch.optim.swa_utils.AveragedModel(module).eval().state_dict())
    return Made(answer(module))


@layout("Lightning")
def _(path: Path) -> Made:
    import pytorch_lightning as pl

    class Module(pl.LightningModule):
        def __init__(self, lr: float, folder: Any) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.net, self.head = vit(), nn.Linear(24, 3)

        def configure_optimizers(self) -> Any:
            return torch.optim.AdamW(self.parameters(), self.hparams["lr"])

    module = Module(0.1, path)
    trainer = pl.Trainer(accelerator="cpu", logger=False, enable_checkpointing=False, enable_model_summary=False, barebones=True)
    trainer.strategy.connect(module)
    trainer.save_checkpoint(path / "w.ckpt", weights_only=True)
    return Made(answer(module.net), file="w.ckpt")


@layout("Lightning with omegaconf settings")
def _(path: Path) -> Made:
    class Settings:  # pickled as an object of a class that is not there when the file is read
        pass

    module = vit()
    settings = Settings()
    Settings.__module__, Settings.__qualname__ = "gone", "Settings"
    import sys
    import types

    sys.modules["gone"] = types.ModuleType("gone")
    sys.modules["gone"].Settings = Settings  # type: ignore[attr-defined]
    tree = {"state_dict": under("model.", module.state_dict()), "hyper_parameters": {"cfg": settings, "root": path}}
    torch.save(tree, path / "w.ckpt")
    del sys.modules["gone"]
    return Made(answer(module), file="w.ckpt")


@layout("solo-learn")
def _(path: Path) -> Made:
    module = vit()
    state = {
        **under("backbone.", module.state_dict()),
        **under("projector.", head("", 24)),
        "classifier.weight": torch.randn(3, 24),
    }
    torch.save({"state_dict": state, "epoch": 1, "pytorch-lightning_version": "2.1"}, path / "w.ckpt")
    return Made(answer(module), file="w.ckpt")


@layout("solo-learn with momentum")
def _(path: Path) -> Made:
    module, other = vit(), vit(1)
    state = {**under("backbone.", module.state_dict()), **under("momentum_backbone.", other.state_dict())}
    torch.save({"state_dict": state}, path / "w.ckpt")
    return Made(answer(other), {"arguments": SIZES, "prefix": "momentum_backbone."}, "w.ckpt")


@layout("lightly MAE")
def _(path: Path) -> Made:
    from lightly.models.modules import MaskedVisionTransformerTIMM

    backbone = MaskedVisionTransformerTIMM(vit())
    decoder = {"decoder.decoder_embed.weight": torch.ones(16, 24), "decoder.decoder_blocks.0.norm1.weight": torch.ones(16)}
    saved(path, {**under("backbone.", backbone.state_dict()), **decoder, "decoder.mask_token": torch.ones(1, 1, 16)})
    return Made(answer(backbone.vit))


@layout("lightly DINO")
def _(path: Path) -> Made:
    from lightly.models.modules import DINOProjectionHead, MaskedVisionTransformerTIMM

    parts = {
        "student_backbone": MaskedVisionTransformerTIMM(vit()),
        "student_head": DINOProjectionHead(24, 16, 8, 5),
        "teacher_backbone": MaskedVisionTransformerTIMM(vit(1)),
        "teacher_head": DINOProjectionHead(24, 16, 8, 5),
    }
    saved(path, nn.ModuleDict(parts).state_dict())
    return Made(answer(parts["teacher_backbone"].vit), {"arguments": SIZES, "prefix": "teacher_backbone.vit"})


@layout("MoCo v3")
def _(path: Path) -> Made:
    module, other = vit(), vit(1)
    state = {
        **under(
            "module.base_encoder.",
            {**module.state_dict(), "head.0.weight": torch.randn(8, 24), "head.1.running_mean": torch.ones(8)},
        ),
        **under("module.momentum_encoder.", {**other.state_dict(), "head.0.weight": torch.randn(8, 24)}),
        "module.predictor.0.weight": torch.randn(8, 8),
    }
    saved(
        path, {"epoch": 1, "arch": "vit_base", "state_dict": state, "optimizer": {"state": {}, "param_groups": []}, "scaler": {}}
    )
    return Made(answer(module), {"arguments": SIZES, "prefix": "module.base_encoder."})


@layout("DINO")
def _(path: Path) -> Made:
    module, other = vit(), vit(1)
    tree = {
        "student": {**under("module.backbone.", module.state_dict()), **head("module.head.")},
        "teacher": {**under("backbone.", other.state_dict()), **head()},
        "optimizer": {"state": {0: {"exp_avg": torch.ones(3)}}, "param_groups": []},
        "epoch": 3,
        "args": argparse.Namespace(arch="vit_small"),
        "dino_loss": {"center": torch.zeros(1, 5)},
    }
    saved(path, tree)
    return Made(answer(other), {"arguments": SIZES, "key": "teacher"})


@layout("iBOT with layer scales and a mask token")
def _(path: Path) -> Made:
    module = vit(init_values=0.1)
    state = renamed(module.state_dict(), (r"ls([12])\.gamma", r"gamma_\1"))
    tree = {
        "student": {
            **under("module.backbone.", state),
            "module.backbone.masked_embed": torch.ones(1, 24),
            **head("module.head."),
        },
        "teacher": {**under("backbone.", state), **head()},
        "ibot_loss": {"center": torch.zeros(1, 5), "center2": torch.zeros(1, 1, 5)},
    }
    saved(path, tree)
    return Made(answer(module), {"arguments": {**SIZES, "init_values": 1e-5}, "key": "student"})


@layout("DINOv2 release")
def _(path: Path) -> Made:
    module = vit(init_values=0.1)
    saved(path, {**module.state_dict(), "mask_token": torch.ones(1, 24)})
    return Made(answer(module), {"arguments": {**SIZES, "init_values": 1e-5}})


def with_registers() -> tuple[Any, State]:
    """timm adds no positions to class and register tokens; DINOv2 adds one to the class token."""
    module = vit(init_values=0.1, reg_tokens=4, no_embed_class=True)
    state = module.state_dict()
    special = torch.randn(1, 1, 24)
    state = {**state, "cls_token": state["cls_token"] - special, "pos_embed": torch.cat([special, state["pos_embed"]], 1)}
    return module, renamed(state, ("reg_token", "register_tokens"))


@layout("DINOv2 with registers")
def _(path: Path) -> Made:
    module, state = with_registers()
    saved(path, {**state, "mask_token": torch.ones(1, 24)})
    return Made(answer(module), {"arguments": {**SIZES, "init_values": 1e-5, "reg_tokens": 4, "no_embed_class": True}})


@layout("DINOv2 with registers, for a network with positions for them")
def _(path: Path) -> Made:
    module, state = with_registers()
    saved(path, state)
    return Made(answer(module), {"arguments": {**SIZES, "init_values": 1e-5, "reg_tokens": 4}})


@layout("DINOv2 training with chunks of blocks")
def _(path: Path) -> Made:
    module = vit(init_values=0.1)
    state = {
        re.sub(r"blocks\.(\d+)\.", lambda match: f"blocks.{int(match[1]) // 2}.{match[1]}.", name): tensor
        for name, tensor in module.state_dict().items()
    }
    tree = {**under("student.backbone.", vit(1, init_values=0.1).state_dict()), **under("teacher.backbone.", state)}
    saved(path, {"model": {**tree, **head("student.dino_head."), **head("teacher.dino_head.")}, "iteration": 9})
    return Made(answer(module), {"arguments": {**SIZES, "init_values": 1e-5}, "prefix": "teacher.backbone"})


@layout("DINOv2 teacher_checkpoint.pth")
def _(path: Path) -> Made:
    module = vit(init_values=0.1)
    saved(path, {"teacher": {**under("backbone.", module.state_dict()), **head("dino_head."), **head("ibot_head.")}})
    return Made(answer(module), {"arguments": {**SIZES, "init_values": 1e-5}})


@layout("MAE pretraining")
def _(path: Path) -> Made:
    module = vit()
    decoder = {
        "mask_token": torch.ones(1, 1, 16),
        "decoder_pos_embed": torch.ones(1, 17, 16),
        "decoder_embed.weight": torch.ones(16, 24),
        "decoder_blocks.0.norm1.weight": torch.ones(16),
        "decoder_norm.weight": torch.ones(16),
        "decoder_pred.weight": torch.ones(192, 16),
    }
    tree = {
        "model": {**module.state_dict(), **decoder},
        "optimizer": {},
        "scaler": {},
        "args": argparse.Namespace(model="mae_vit_base"),
    }
    saved(path, tree)
    return Made(answer(module))


@layout("MAE fine-tuned with mean pooling")
def _(path: Path) -> Made:
    module = vit(global_pool="avg")
    saved(path, {"model": {**module.state_dict(), "head.weight": torch.ones(3, 24), "head.bias": torch.ones(3)}})
    return Made(answer(module), {"arguments": {**SIZES, "global_pool": "avg"}})


def beit(**arguments: Any) -> tuple[Any, dict[str, Any]]:
    given = {**SIZES, "init_values": 0.1, "use_abs_pos_emb": False, "use_rel_pos_bias": False, "use_fc_norm": False, **arguments}
    module = noisy(Beit(num_classes=0, **given))
    with torch.no_grad():
        for block in module.blocks:
            if block.attn.k_bias is not None:
                block.attn.k_bias.zero_()
    return module, {"architecture": "beit_base_patch16_224", "arguments": given}


@layout("BEiT pretraining with shared relative positions")
def _(path: Path) -> Made:
    module, entry = beit(use_shared_rel_pos_bias=True)
    state = {**module.state_dict(), "rel_pos_bias.relative_position_index": torch.zeros(17, 17, dtype=torch.long)}
    saved(
        path,
        {
            "model": {
                **state,
                "mask_token": torch.ones(1, 1, 24),
                "lm_head.weight": torch.ones(8, 24),
                "lm_head.bias": torch.ones(8),
            }
        },
    )
    return Made(answer(module), entry)


@layout("BEiT fine-tuned")
def _(path: Path) -> Made:
    module, entry = beit(use_rel_pos_bias=True, use_fc_norm=True)
    state = module.state_dict()
    indices = {f"blocks.{block}.attn.relative_position_index": torch.zeros(17, 17, dtype=torch.long) for block in range(3)}
    saved(path, {"module": {**state, **indices, "head.weight": torch.ones(3, 24), "head.bias": torch.ones(3)}})
    return Made(answer(module), entry)


@layout("SimMIM")
def _(path: Path) -> Made:
    module, entry = beit(use_shared_rel_pos_bias=True)
    state = {**under("encoder.", module.state_dict()), "encoder.mask_token": torch.ones(1, 1, 24)}
    saved(path, {"model": {**state, "decoder.0.weight": torch.ones(192, 24, 1, 1), "decoder.0.bias": torch.ones(192)}})
    return Made(answer(module), entry)


@layout("data2vec of BEiT's code")
def _(path: Path) -> Made:
    module, entry = beit(use_shared_rel_pos_bias=True)
    saved(
        path,
        {
            "model": {**module.state_dict(), "mask_token": torch.ones(1, 1, 24), "lm_head.weight": torch.ones(24, 24)},
            "scaler": {},
        },
    )
    return Made(answer(module), entry)


@layout("query and value biases without relative positions")
def _(path: Path) -> Made:
    module = vit()
    state = {}
    for name, tensor in module.state_dict().items():
        if name.endswith("attn.qkv.bias"):
            tensor[24:48] = 0
            state |= {
                name.replace("qkv.bias", "q_bias"): tensor[:24].clone(),
                name.replace("qkv.bias", "v_bias"): tensor[48:].clone(),
            }
        else:
            state[name] = tensor
    saved(path, state)
    return Made(answer(module))


@layout("separate query, key and value")
def _(path: Path) -> Made:
    module = vit()
    state: State = {}
    for name, tensor in module.state_dict().items():
        if ".qkv." in name:
            state |= {
                name.replace("qkv", part): each
                for part, each in zip(("q_proj", "k_proj", "v_proj"), tensor.chunk(3), strict=True)
            }
        else:
            state[name] = tensor
    saved(path, state)
    return Made(answer(module))


@layout("positions without the class token")
def _(path: Path) -> Made:
    module = vit(no_embed_class=True)
    saved(path, module.state_dict())
    return Made(answer(module))


@layout("I-JEPA, without a class token")
def _(path: Path) -> Made:
    arguments = {"class_token": False, "global_pool": "avg", "fc_norm": False}
    module, other = vit(**arguments), vit(1, **arguments)
    predictor = {"module.predictor_embed.weight": torch.ones(8, 24), "module.predictor_blocks.0.norm1.weight": torch.ones(8)}
    tree = {
        "encoder": under("module.", other.state_dict()),
        "target_encoder": under("module.", module.state_dict()),
        "predictor": predictor,
        "opt": {"state": {}, "param_groups": []},
        "scaler": {},
        "epoch": 1,
    }
    saved(path, tree)
    return Made(answer(module), {"arguments": {**SIZES, **arguments}, "key": "target_encoder"})


@layout("timm's training with averaged weights")
def _(path: Path) -> Made:
    module, other = vit(), vit(1)
    saved(path, {"arch": "vit", "state_dict": other.state_dict(), "state_dict_ema": module.state_dict(), "version": 2})
    return Made(answer(module), {"arguments": SIZES, "key": "state_dict_ema"})


@layout("an average inside a callback")
def _(path: Path) -> Made:
    module, other = vit(), vit(1)
    saved(
        path, {"state_dict": under("model.", other.state_dict()), "callbacks": {"EMA": {"ema_state_dict": module.state_dict()}}}
    )
    return Made(answer(module), {"arguments": SIZES, "key": "callbacks.EMA.ema_state_dict"})


@layout("torchvision")
def _(path: Path) -> Made:
    import torchvision

    module = noisy(torchvision.models.VisionTransformer(32, 8, 3, 2, 24, 96))
    saved(path, module.state_dict())
    with torch.no_grad():
        tokens = module._process_input(IMAGES)
        tokens = module.encoder(torch.cat([module.class_token.expand(2, -1, -1), tokens], 1))
    return Made(tokens)


@layout("mmpretrain")
def _(path: Path) -> Made:
    module = vit(init_values=0.1)
    state = renamed(
        module.state_dict(),
        (r"^patch_embed\.proj\.", "patch_embed.projection."),
        (r"^norm\.", "ln1."),
        (r"^blocks\.(\d+)\.norm([12])\.", r"layers.\1.ln\2."),
        (r"^blocks\.(\d+)\.ls1\.gamma", r"layers.\1.attn.gamma1.weight"),
        (r"^blocks\.(\d+)\.ls2\.gamma", r"layers.\1.ffn.gamma2.weight"),
        (r"^blocks\.(\d+)\.mlp\.fc1\.", r"layers.\1.ffn.layers.0.0."),
        (r"^blocks\.(\d+)\.mlp\.fc2\.", r"layers.\1.ffn.layers.1."),
        (r"^blocks\.(\d+)\.attn\.", r"layers.\1.attn."),
    )
    saved(path, {"meta": {"epoch": 1}, "state_dict": {**under("backbone.", state), "head.fc.weight": torch.ones(3, 24)}})
    return Made(answer(module), {"arguments": {**SIZES, "init_values": 1e-5}})


def open_clip_tower() -> tuple[Any, Tensor]:
    from open_clip.transformer import VisionTransformer as Tower

    tower = noisy(Tower(32, 8, 24, 3, 2, 4.0, output_dim=16))
    tokens: list[Tensor] = []
    hook = tower.transformer.register_forward_hook(lambda *each: tokens.append(each[2]))
    with torch.no_grad():
        tower(IMAGES)
        hook.remove()
        return tower, tower.ln_post(tokens[0])


CLIP = {"arguments": {**SIZES, "pre_norm": True, "norm_eps": 1e-5}}


@layout("open_clip")
def _(path: Path) -> Made:
    tower, tokens = open_clip_tower()
    text = {
        "positional_embedding": torch.ones(7, 8),
        "transformer.resblocks.0.ln_1.weight": torch.ones(8),
        "logit_scale": torch.ones([]),
    }
    saved(path, {"state_dict": under("module.", {**under("visual.", tower.state_dict()), **text}), "epoch": 1, "name": "run"})
    return Made(tokens, CLIP)


@layout("open_clip folder")
def _(path: Path) -> Made:
    import json

    tower, tokens = open_clip_tower()
    torch.save(under("visual.", tower.state_dict()), path / "open_clip_pytorch_model.bin")
    vision = {"image_size": 32, "patch_size": 8, "width": 24, "layers": 3, "head_width": 12}
    config = {"model_cfg": {"vision_cfg": vision}, "preprocess_cfg": {"mean": [0.4, 0.5, 0.6], "std": [0.2, 0.2, 0.3]}}
    (path / "open_clip_config.json").write_text(json.dumps(config))
    return Made(tokens, {}, ".")


def transformers_model(path: Path, config: str, model: str, **options: Any) -> Any:
    import transformers

    sizes = {
        "hidden_size": 24,
        "num_hidden_layers": 3,
        "num_attention_heads": 2,
        "intermediate_size": 96,
        "image_size": 32,
        "patch_size": 8,
    }
    module = noisy(getattr(transformers, model)(getattr(transformers, config)(**sizes, **options)))
    module.save_pretrained(path)
    processor = '{"do_normalize": true, "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]}'
    (path / "preprocessor_config.json").write_text(processor)
    return module


def hidden(module: Any, **options: Any) -> Tensor:
    with torch.no_grad():
        return module(IMAGES, **options).last_hidden_state


for _config, _model, _base in (
    ("ViTConfig", "ViTForImageClassification", "vit"),
    ("ViTMSNConfig", "ViTMSNModel", ""),
    ("Dinov2Config", "Dinov2Model", ""),
    ("Dinov2WithRegistersConfig", "Dinov2WithRegistersModel", ""),
    ("IJepaConfig", "IJepaModel", ""),
    ("DeiTConfig", "DeiTModel", ""),
):

    @layout(f"transformers {_model}")
    def _(path: Path, config: str = _config, model: str = _model, base: str = _base) -> Made:
        module = transformers_model(path, config, model)
        return Made(hidden(getattr(module, base) if base else module), {}, ".")


@layout("transformers ViTMAEForPreTraining")
def _(path: Path) -> Made:
    module = transformers_model(path, "ViTMAEConfig", "ViTMAEForPreTraining", mask_ratio=0.0)
    noise = torch.arange(16.0).repeat(2, 1)
    return Made(hidden(module.vit, noise=noise), {}, ".")


@layout("transformers BeitModel")
def _(path: Path) -> Made:
    options = {"use_relative_position_bias": True, "use_mean_pooling": False}
    return Made(hidden(transformers_model(path, "BeitConfig", "BeitModel", **options)), {}, ".")


@layout("transformers Data2VecVisionModel")
def _(path: Path) -> Made:
    options = {"use_shared_relative_position_bias": True, "use_mean_pooling": False}
    return Made(hidden(transformers_model(path, "Data2VecVisionConfig", "Data2VecVisionModel", **options)), {}, ".")


@layout("transformers CLIPVisionModel")
def _(path: Path) -> Made:
    module = transformers_model(path, "CLIPVisionConfig", "CLIPVisionModel")
    with torch.no_grad():
        tokens = getattr(module, "vision_model", module).post_layernorm(hidden(module))
    return Made(tokens, {}, ".")


@layout("transformers SiglipVisionModel")
def _(path: Path) -> Made:
    return Made(hidden(transformers_model(path, "SiglipVisionConfig", "SiglipVisionModel")), {}, ".")


@layout("sharded safetensors of transformers")
def _(path: Path) -> Made:
    module = transformers_model(path, "ViTConfig", "ViTModel")
    tokens = hidden(module)
    (path / "model.safetensors").unlink()
    module.save_pretrained(path, max_shard_size="20KB")
    assert len(list(path.glob("model-*.safetensors"))) > 2
    return Made(tokens, {}, ".")


@layout("sharded .bin")
def _(path: Path) -> Made:
    import json

    module = vit()
    state = module.state_dict()
    names = sorted(state)
    for index in range(2):
        torch.save({name: state[name] for name in names[index::2]}, path / f"pytorch_model-0000{index + 1}-of-00002.bin")
    weight_map = {name: f"pytorch_model-0000{place % 2 + 1}-of-00002.bin" for place, name in enumerate(names)}
    (path / "pytorch_model.bin.index.json").write_text(json.dumps({"metadata": {}, "weight_map": weight_map}))
    return Made(answer(module), file="pytorch_model.bin.index.json")


@layout("timm's folder")
def _(path: Path) -> Made:
    import json

    import timm
    from safetensors.torch import save_file

    module = noisy(timm.create_model("test_vit", num_classes=0, img_size=32))
    save_file(module.state_dict(), path / "model.safetensors")
    config = {"architecture": "test_vit", "model_args": {"img_size": 32}, "pretrained_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3}}
    (path / "config.json").write_text(json.dumps(config))
    return Made(answer(module), {}, ".")


@layout("gated MLPs of DINOv2")
def _(path: Path) -> Made:
    import timm

    arguments = {**SIZES, "init_values": 0.1, "mlp_ratio": 8.0}
    module = noisy(timm.create_model("vit_giant_patch14_dinov2", num_classes=0, **arguments))
    saved(path, renamed(module.state_dict(), (r"mlp\.fc1\.", "mlp.w12."), (r"mlp\.fc2\.", "mlp.w3.")))
    return Made(answer(module), {"architecture": "vit_giant_patch14_dinov2", "arguments": arguments})


def resnet() -> Any:
    import torchvision

    return noisy(torchvision.models.resnet18(num_classes=3))


def maps(module: Any) -> Tensor:
    with torch.no_grad():
        features = nn.Sequential(*list(module.children())[:-2])(IMAGES)
    return features


RESNET = {"architecture": "resnet18"}


@layout("torchvision ResNet")
def _(path: Path) -> Made:
    module = resnet()
    saved(path, module.state_dict())
    return Made(maps(module), RESNET)


@layout("MoCo v2 ResNet")
def _(path: Path) -> Made:
    module = resnet()
    state = {**under("module.encoder_q.", module.state_dict()), **under("module.encoder_k.", noisy(resnet(), 3).state_dict())}
    saved(
        path, {"arch": "resnet18", "state_dict": {**state, "module.queue": torch.ones(8, 4), "module.queue_ptr": torch.zeros(1)}}
    )
    return Made(maps(module), {**RESNET, "prefix": "module.encoder_q."})


@layout("lightly ResNet in a sequence")
def _(path: Path) -> Made:
    module = resnet()
    saved(path, under("backbone.", nn.Sequential(*list(module.children())[:-1]).state_dict()))
    return Made(maps(module), RESNET)
